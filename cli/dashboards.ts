/** `npm run dashboards`: the dashboards of a running stack as pages of their own, for machines without Grafana. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { StackConfig } from "../configuration/parse.ts";
import { stackPaths } from "../components/local/paths.ts";
import { StackClient } from "../drills/stackClient.ts";
import { dashboardsOf } from "../monitoring/dashboards/catalogue.ts";
import { addedTargets, extendSystem } from "../monitoring/extend.ts";
import type { Duration, System } from "../monitoring/model.ts";
import { onThisMachine } from "../monitoring/onThisMachine.ts";
import { isDuration, seconds } from "../monitoring/units.ts";
import { answersOf } from "../preview/stackAnswers.ts";
import { writePages, type WrittenPage } from "../preview/write.ts";
import { systems } from "../systems/index.ts";
import { ensureTools } from "../tools/toolchain.ts";
import { localStack } from "./stackRoot.ts";
import { colour, fromCaller, run, table } from "./terminal.ts";

const help = `npm run dashboards -- [--stack dev] [--out DIR] [--range 15m] [--only UID …] [--pictures] [--theme light]

Draws every dashboard of a running stack of this machine from live data: one HTML file each, and index.html, which need
no server, no Grafana and no network. Panels, queries, units, thresholds and legends are those that Grafana is given.

  --stack NAME     the stack (default: dev)
  --out DIR        where the pages go (default: dashboards in the stack's folder)
  --range TIME     how far back, such as 15m or 6h (default: what each dashboard opens with)
  --only UID       only this one; may be given again
  --pictures       a PNG beside each page too, by Chromium (found, or installed by the system's package manager)
  --theme NAME     of the pictures: light or dark (default: light); the pages follow the reader's system`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      out: { type: "string" },
      range: { type: "string" },
      only: { type: "string", multiple: true },
      pictures: { type: "boolean", default: false },
      theme: { type: "string", default: "light" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const theme = themeOf(values.theme);
  const range = rangeOf(values.range);
  const { config, root } = localStack(values.stack);
  const directory = values.out ? fromCaller(values.out) : join(stackPaths(root).root, "dashboards");
  const system = deployedSystem(config);
  const client = await StackClient.of(root);
  try {
    const written = await writePages(system, answersOf(client), {
      directory,
      now: Math.floor(Date.now() / 1_000),
      ...(range !== undefined && { range }),
      ...(values.only !== undefined && { only: known(values.only, system) }),
      progress: (title) => {
        if (process.stderr.isTTY) process.stderr.write(`${colour("dim", title)}\n`);
      },
    });
    console.log(report(written));
    console.log(`\nOpen ${join(directory, "index.html")}`);
    return values.pictures ? await takePictures(written, theme) : 0;
  } finally {
    client.close();
  }
});

/** The system as this machine runs it. */
function deployedSystem(config: StackConfig): System {
  return onThisMachine(extendSystem(systems[config.system](config.parameters), config.changes), {
    demo: config.demo,
    given: Object.keys(config.secrets),
    added: addedTargets(config.changes),
  });
}

function known(only: readonly string[], system: System): readonly string[] {
  const uids = dashboardsOf(system).map(({ uid }) => uid);
  for (const uid of only)
    if (!uids.includes(uid)) throw new Error(`--only: got ${uid}, the stack has ${uids.join(", ")}`);
  return only;
}

function rangeOf(range: string | undefined): Duration | undefined {
  if (range === undefined) return undefined;
  if (isDuration(range) && seconds(range) >= 60) return range;
  throw new Error(`--range: got ${range}, expected a time of a minute and more such as 15m or 6h`);
}

function themeOf(theme: string): "light" | "dark" {
  if (theme === "light" || theme === "dark") return theme;
  throw new Error(`--theme: got ${theme}, expected light or dark`);
}

function report(written: readonly WrittenPage[]): string {
  return table(
    written.map(({ file, data: { dashboard, panels } }) => {
      const empty = panels.filter(({ lines }) => lines.length === 0);
      const without =
        empty.length === 0
          ? ""
          : colour("dim", `without data: ${empty.map(({ panel }) => panel.title).join(", ")}`);
      return [dashboard.title, `${String(panels.length)} panels`, file, without];
    }),
  );
}

async function takePictures(written: readonly WrittenPage[], theme: "light" | "dark"): Promise<number> {
  const { path, missing } = await ensureTools(["chromium"]);
  const reason = missing.find(({ name }) => name === "chromium")?.reason;
  if (reason !== undefined) throw new Error(`no pictures without Chromium: ${reason}`);
  const { openBrowser, openPage } = await import("../preview/browser.ts");
  const browser = await openBrowser(path("chromium"));
  try {
    let complaints = 0;
    for (const { file } of written) {
      const page = await openPage(browser, file, { picture: file.replace(/html$/, "png"), theme });
      for (const complaint of page.complaints) console.error(`${file}: ${complaint}`);
      complaints += page.complaints.length;
    }
    return complaints === 0 ? 0 : 1;
  } finally {
    await browser.close();
  }
}
