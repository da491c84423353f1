/** Where the edge listens: one TLS port per user interface, the queries' internal port, and HAProxy's own metrics. */
import type { HaproxyOptions } from "../haproxy.ts";
import { edgeNames, type EdgeName, type Layout } from "../hosts.ts";
import { contentSecurityPolicy } from "../homePage.ts";
import { pools } from "./backends.ts";
import {
  answerSafely,
  authenticate,
  authorization,
  bodyLimits,
  refuseAdministration,
  refuseForged,
  refuseGuessing,
  refuseLongBodies,
} from "./guards.ts";
import { healthAnswer } from "./health.ts";

/** Every `frontend` section. @throws when the layout has no such member of `haproxy`. */
export function renderFrontends(layout: Layout, options: HaproxyOptions): readonly string[] {
  const available = new Set(pools(layout).map((pool) => pool.name));
  const interfaces = edgeNames.filter((name) => name === "home" || available.has(name));
  const addresses = options.addresses ?? [layout.edgeAddress];
  return [
    ...interfaces.flatMap((name) => {
      const port = layout.edge[name];
      if (port === undefined) return [];
      return [
        edgeFrontend(
          name,
          addresses.map((address) => `${address}:${String(port)}`),
          layout,
          options,
        ),
      ];
    }),
    ...(available.has("thanos-query") ? [internalQuery(options)] : []),
    metrics(layout, options),
  ];
}

function edgeFrontend(
  name: EdgeName,
  addresses: readonly string[],
  layout: Layout,
  options: HaproxyOptions,
): string {
  return frontend(`fe_${name}`, addresses, options, [
    ...answerSafely,
    ...refuseForged,
    // Grafana has its own accounts and its own brake on guessing.
    ...(name === "grafana" ? [] : [...refuseGuessing, ...refuseAdministration]),
    refuseLongBodies(name === "query" || name === "prometheus" ? bodyLimits.query : bodyLimits.push),
    ...(name === "pushgateway"
      ? // Whoever may push may not take away what others pushed.
        [`http-request deny if { method DELETE } !{ ${authorization("human")} }`]
      : []),
    ...(name === "home" ? homeAnswers(layout, options) : [`default_backend be_${name}`]),
  ]);
}

function homeAnswers(layout: Layout, options: HaproxyOptions): readonly string[] {
  return [
    authenticate("human"),
    // The page asks every other second: not worth a line each.
    "http-request set-log-level silent if { path /health }",
    healthAnswer(layout, options.member),
    "http-request return status 204 if { path /favicon.ico }",
    `http-request return status 200 content-type "text/html; charset=utf-8" file ${options.homePageFile} ` +
      `hdr Cache-Control no-cache hdr Content-Security-Policy "${contentSecurityPolicy}" if { path / }`,
    'http-request return status 404 content-type text/plain string "Not found"',
  ];
}

/**
 * Query-frontend has one downstream URL and its readiness probe carries no credentials: the probe gets them here, nothing
 * else does. What a person or Grafana asks carries its own, forwarded by query-frontend.
 */
function internalQuery(options: HaproxyOptions): string {
  const { address, port } = options.queryListener;
  return frontend("fe_query_internal", [`${address}:${String(port)}`], options, [
    "option dontlog-normal",
    'http-request set-header Authorization "Basic {{basic:scrape}}" if { path /-/ready }',
    "default_backend be_thanos_query",
  ]);
}

function metrics(layout: Layout, options: HaproxyOptions): string {
  const member = options.member ?? 1;
  const own = layout.instances.find(
    (instance) => instance.component === "haproxy" && instance.member === member,
  );
  const port = own?.ports["http"];
  if (own === undefined || port === undefined) {
    throw new Error(
      `layout.instances: haproxy ${String(member)} with a port "http" is missing, expected for its metrics: add the instance`,
    );
  }
  return frontend("fe_metrics", [`${own.address}:${String(port)}`], options, [
    "option dontlog-normal",
    ...refuseGuessing,
    authenticate("scrape", "human"),
    "http-request use-service prometheus-exporter if { path /metrics }",
    healthAnswer(layout, options.member),
    'http-request return status 200 content-type text/plain string "ready" if { path /-/ready }',
    'http-request return status 404 content-type text/plain string "Not found"',
  ]);
}

function frontend(
  name: string,
  addresses: readonly string[],
  options: HaproxyOptions,
  lines: readonly string[],
): string {
  return [
    `frontend ${name}`,
    ...addresses.map((address) => `  bind ${address} ssl crt ${options.certificateFile} alpn h2,http/1.1`),
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
}
