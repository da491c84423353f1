/** `npm run docs`: writes the runbooks from the alerts of all systems, and the pages of the policies from the policies. */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { renderRunbooks } from "../monitoring/runbooks.ts";
import { policies } from "../policies/catalogue.ts";
import checks from "../policies/coverage/checkov.json" with { type: "json" };
import { renderCoverage } from "../policies/coverage/documentation.ts";
import { renderPolicies } from "../policies/documentation.ts";
import { documentedSystems } from "../systems/documented.ts";
import { repository } from "./engine.ts";
import { run } from "./terminal.ts";

const help = `npm run docs -- [--check]

Writes docs/runbooks: one page for each alert of every system, and the list of them. A page whose alert is gone is removed.
Writes docs/policies.md, every policy, and docs/policy-coverage.md, what of Checkov's checks they cover.

  --check   write nothing; the exit code is 1 when a page is out of date`;

interface Page {
  /** Relative to docs. */
  readonly name: string;
  readonly text: string;
}

const folder = join(repository, "docs");

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
  const pages: readonly Page[] = [
    ...renderRunbooks(documentedSystems()).map(({ name, text }) => ({ name: `runbooks/${name}`, text })),
    { name: "policies.md", text: renderPolicies(policies) },
    { name: "policy-coverage.md", text: renderCoverage(checks, policies) },
  ];
  const stale = await staleFiles(pages);
  if (values.check) {
    for (const name of stale) console.log(`docs/${name} is out of date: npm run docs`);
    return stale.length === 0 ? 0 : 1;
  }
  await writePages(pages, stale);
  console.log(
    stale.length === 0
      ? `docs: all ${String(pages.length)} pages are up to date`
      : `docs: ${String(stale.length)} of ${String(pages.length)} pages written or removed`,
  );
  return 0;
});

/** Names of the pages that are missing, differ, or have no alert any more. */
async function staleFiles(pages: readonly Page[]): Promise<string[]> {
  const runbooks = await readdir(join(folder, "runbooks")).catch(() => []);
  const wanted = new Map(pages.map(({ name, text }) => [name, text]));
  const gone = runbooks.map((name) => `runbooks/${name}`).filter((name) => !wanted.has(name));
  const differ: string[] = [];
  for (const [name, text] of wanted)
    if ((await readFile(join(folder, name), "utf8").catch(() => undefined)) !== text) differ.push(name);
  return [...gone, ...differ].sort();
}

async function writePages(pages: readonly Page[], stale: readonly string[]): Promise<void> {
  await mkdir(join(folder, "runbooks"), { recursive: true });
  for (const name of stale) {
    const page = pages.find((one) => one.name === name);
    if (page === undefined) await rm(join(folder, name));
    else await writeFile(join(folder, name), page.text);
  }
}
