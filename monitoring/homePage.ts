/** The page that HAProxy serves at the edge: what there is, where, and whether it is up. One file, no external resource. */
import { createHash } from "node:crypto";
import { pools, type Pool } from "./haproxy/backends.ts";
import { homePageScript } from "./haproxy/homePageScript.ts";
import { homePageStyle } from "./haproxy/homePageStyle.ts";
import type { EdgeName, Layout } from "./hosts.ts";
import type { System } from "./model.ts";

export interface HomePageOptions {
  /** Grafana runs. Otherwise the page says where dashboards would be. */
  readonly grafana: boolean;
  /** Prometheus was built with its web UI. @default false: the page links Query in its place */
  readonly prometheusUserInterface?: boolean;
}

/** The header that goes with the page: only its own style and script, no framing, no form. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src '${digest(homePageStyle)}'`,
  `script-src '${digest(homePageScript)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** A complete HTML document, smaller than HAProxy's buffer. */
export function renderHomePage(system: System, layout: Layout, options: HomePageOptions): string {
  const all = pools(layout);
  const interfaces = interfaceCards(layout, options);
  const shown = new Set<string>(interfaces.map((card) => card.name));
  const parts = all.filter((pool) => !shown.has(pool.name));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(system.title)}: monitoring</title>
<style>${homePageStyle}</style>
</head>
<body>
<main>
<header>
<h1>${text(system.title)}</h1>
<p>Monitoring${text(environmentOf(system))}</p>
</header>
<div class="overall" id="overall" role="status"><span>Asking the edge …</span><small id="checked" aria-live="off"></small></div>
<noscript><p>States need JavaScript here; the same is at <a href="/health">/health</a>.</p></noscript>
<h2>Interfaces</h2>
<div class="cards">
${interfaces
  .map((card) =>
    interfaceCard(
      card,
      all.find((pool) => pool.name === card.name),
    ),
  )
  .join("\n")}
</div>
<h2>Behind them</h2>
<div class="parts">
${parts.map(partCard).join("\n")}
</div>
<footer>Sign in with the account <code>${text(layout.users.human)}</code>; ${grafanaNote(options)}</footer>
</main>
<script>${homePageScript}</script>
</body>
</html>
`;
}

interface Card {
  readonly name: EdgeName;
  readonly title: string;
  /** HTML. */
  readonly about: string;
  /** Absent: nothing that a browser could show. */
  readonly link?: string;
}

function interfaceCards(layout: Layout, options: HomePageOptions): readonly Card[] {
  const present = new Set(pools(layout).map((pool) => pool.name));
  const card = (name: EdgeName, title: string, about: string, browsable = true): readonly Card[] => {
    const port = layout.edge[name];
    if (port === undefined || !present.has(name)) return [];
    const link = `https://${layout.edgeHost}:${String(port)}/`;
    return [{ name, title, about, ...(browsable ? { link } : {}) }];
  };
  const api = `https://${layout.edgeHost}:${String(layout.edge.prometheus)}`;
  return [
    ...card("query", "Query", "Start here: every series of both replicas, deduplicated, and long-term data."),
    ...(options.grafana
      ? card("grafana", "Grafana", "Dashboards of the system and of the stack itself.")
      : []),
    ...card("alertmanager", "Alertmanager", "Alerts that fire now, silences, and who is told."),
    ...(options.prometheusUserInterface === true
      ? card("prometheus", "Prometheus", "Targets, rules and recent data of one replica.")
      : card(
          "prometheus",
          "Prometheus",
          `API at <code>${text(api)}</code>. Its web UI is not included in this build: use Query.`,
          false,
        )),
    ...card("pushgateway", "PushGateway", "Results that batch jobs pushed."),
  ];
}

function interfaceCard(card: Card, pool: Pool | undefined): string {
  const title = card.link === undefined ? card.title : `<a href="${text(card.link)}">${card.title}</a>`;
  return `<section class="card${card.name === "query" ? " main" : ""}" data-pool="${card.name}" data-title="${card.title}">
<div class="head"><h3>${title}</h3><span class="state">checking</span></div>
<p>${card.about}</p>
${serverList(pool)}
</section>`;
}

function partCard(pool: Pool): string {
  const title = partTitles[pool.name] ?? pool.name;
  return `<section class="card" data-pool="${pool.name}" data-title="${title}">
<div class="head"><h3>${title}</h3><span class="state">checking</span></div>
${serverList(pool)}
</section>`;
}

const partTitles: Readonly<Record<string, string>> = {
  "thanos-query": "Thanos Query",
  "thanos-sidecar": "Thanos Sidecar",
  "thanos-store": "Thanos Store",
  "thanos-ruler": "Thanos Ruler",
  "thanos-receive": "Thanos Receive",
  "thanos-compactor": "Thanos Compactor",
};

function serverList(pool: Pool | undefined): string {
  const items = (pool?.servers ?? []).map(
    ({ name }) => `<li>${text(name)} <b data-server="${text(name)}">checking</b></li>`,
  );
  return `<ul class="servers">${items.join("")}</ul>`;
}

function grafanaNote(options: HomePageOptions): string {
  return options.grafana
    ? "Grafana has accounts of its own."
    : "Grafana is not part of this stack: <code>npm run dashboards</code> draws its dashboards as pages.";
}

function environmentOf(system: System): string {
  const environment = system.externalLabels["environment"] ?? system.externalLabels["env"];
  return environment === undefined ? "" : ` · ${environment}`;
}

function digest(source: string): string {
  return `sha256-${createHash("sha256").update(source).digest("base64")}`;
}

function text(value: string): string {
  return value
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
