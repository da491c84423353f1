/** A dashboard as one HTML file that needs nothing else: data, style, uPlot and the few lines that draw. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { place } from "../monitoring/dashboards/grid.ts";
import type { Dashboard } from "../monitoring/model.ts";
import { formatValue } from "./format.ts";
import type { DashboardData } from "./panelData.ts";
import { graphOf, panelBody, text } from "./panelHtml.ts";
import { pageStyle } from "./style.ts";

/** What a set of pages has in common. */
export interface PageSet {
  /** The system's title. */
  readonly title: string;
  readonly dashboards: readonly Pick<Dashboard, "uid" | "title" | "about">[];
}

export function renderPage(data: DashboardData, set: PageSet): string {
  const { dashboard } = data;
  const placed = place(dashboard.panels);
  const graphs = data.panels.flatMap((panel, index) =>
    panel.panel.kind === "timeseries" && panel.lines.length > 0 ? [graphOf(panel, idOf(index), data)] : [],
  );
  const panels = placed.map(({ panel, position, heading }, index) => {
    const own = data.panels[index];
    if (own === undefined) throw new Error(`${dashboard.uid}: no data for panel ${panel.title}`);
    const title =
      panel.opens === undefined
        ? text(panel.title)
        : `<a href="${panel.opens}.html">${text(panel.title)}</a>`;
    return `${heading ? `<h2>${text(panel.row ?? "")}</h2>\n` : ""}<section class="panel" data-kind="${panel.kind}" style="grid-column:${String(position.x + 1)}/span ${String(position.w)}">
<h3>${title}</h3><p>${text(panel.about)}</p>
${panelBody(own, idOf(index))}
</section>`;
  });
  return document(
    `${dashboard.title} · ${set.title}`,
    `<header><h1>${text(dashboard.title)}</h1><p>${text(dashboard.about)}</p><time>${text(span(data))}</time><button id="theme" type="button">light / dark</button></header>
${navigation(set, dashboard.uid)}
<main>
${panels.join("\n")}
</main>
<footer>Dotted lines: a service started, or a new configuration went live. Dashed lines: thresholds, plans and limits.</footer>
<script type="application/json" id="graphs">${JSON.stringify(graphs).replaceAll("<", "\\u003c")}</script>
<script>${scripts()}</script>`,
  );
}

/** The page that leads to the others. */
export function renderIndex({ title, dashboards }: PageSet): string {
  const items = dashboards.map(
    ({ uid, title: name, about }) =>
      `<li><a href="${uid}.html">${text(name)}</a> <span>${text(about)}</span></li>`,
  );
  return document(
    title,
    `<header><h1>${text(title)}</h1><p>Dashboards, as they were when these pages were written.</p></header>
<main class="index"><ul>${items.join("\n")}</ul></main>`,
  );
}

function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">
<title>${text(title)}</title>
<link rel="icon" href="data:,">
<style>${uplotFile("uPlot.min.css")}${pageStyle}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

function navigation({ dashboards }: PageSet, current: string): string {
  const links = dashboards.map(({ uid, title }) =>
    uid === current
      ? `<span aria-current="page">${text(title)}</span>`
      : `<a href="${uid}.html">${text(title)}</a>`,
  );
  return `<nav>${links.join("\n")}</nav>`;
}

function idOf(index: number): string {
  return `graph-${String(index + 1)}`;
}

function span({ from, to }: DashboardData): string {
  const utc = (time: number): string => new Date(time * 1_000).toISOString().slice(0, 19).replace("T", " ");
  return `${utc(from)} – ${utc(to).slice(11)} UTC`;
}

/** uPlot (MIT) as it is published, the formatting of values, and the drawing. */
function scripts(): string {
  const own = (name: string): string => readFileSync(join(import.meta.dirname, name), "utf8");
  // Node has stripped its types when it was loaded.
  return [uplotFile("uPlot.iife.min.js"), formatValue.toString(), own("draw.js")]
    .join("\n")
    .replaceAll("</script", "<\\/script");
}

function uplotFile(name: string): string {
  const main = createRequire(import.meta.url).resolve("uplot");
  return readFileSync(join(main, "..", name), "utf8");
}
