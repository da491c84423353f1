/** `npm run docs`: writes the runbooks from the alerts of all systems. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { renderRunbooks, type RunbookPage } from "../monitoring/runbooks.ts";
import { documentedSystems } from "../systems/documented.ts";
import { repository } from "./engine.ts";
import { run } from "./terminal.ts";

const help = `npm run docs -- [--check]

Writes docs/runbooks: one page for each alert of every system, and the list of them. A page whose alert is gone is removed.

  --check   write nothing; the exit code is 1 when a page is out of date`;

const folder = join(repository, "docs", "runbooks");

await run(async () => {
  const { values } = parseArgs({
    options: {
      check: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const pages = renderRunbooks(documentedSystems());
  const stale = await staleFiles(pages);
  if (values.check) {
    for (const name of stale) console.log(`docs/runbooks/${name} is out of date: npm run docs`);
    return stale.length === 0 ? 0 : 1;
  }
  await writePages(pages, stale);
  console.log(
    stale.length === 0
      ? `docs/runbooks: all ${String(pages.length)} pages are up to date`
      : `docs/runbooks: ${String(stale.length)} of ${String(pages.length)} pages written or removed`,
  );
  return 0;
});

/** Names of the pages that are missing, differ, or have no alert any more. */
async function staleFiles(pages: readonly RunbookPage[]): Promise<string[]> {
  const there = await readdir(folder).catch(() => []);
  const wanted = new Map(pages.map(({ name, text }) => [name, text]));
  const gone = there.filter((name) => !wanted.has(name));
  const differ: string[] = [];
  for (const [name, text] of wanted)
    if ((await readFile(join(folder, name), "utf8").catch(() => undefined)) !== text) differ.push(name);
  return [...gone, ...differ].sort();
}

async function writePages(pages: readonly RunbookPage[], stale: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of stale) {
    const page = pages.find((one) => one.name === name);
    if (page === undefined) await rm(join(folder, name));
    else await writeFile(join(folder, name), page.text);
  }
}
