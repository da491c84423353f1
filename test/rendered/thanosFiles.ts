/** A small Thanos around one Prometheus: arguments and files as rendered. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hashSync } from "bcryptjs";
import type { Instance, Layout } from "../../monitoring/hosts.ts";
import { renderObjectStore } from "../../monitoring/objstore.ts";
import { prometheusArguments, renderPrometheusConfig } from "../../monitoring/prometheus.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { addressOf, renderTargets } from "../../monitoring/targets.ts";
import {
  compactorArguments,
  queryArguments,
  queryFrontendArguments,
  receiveArguments,
  renderChunkCache,
  renderDownstreamTripper,
  renderEndpoints,
  renderHashring,
  renderHttpClient,
  renderIndexCache,
  renderReceiveLimits,
  renderResponseCache,
  renderRulerAlertmanagers,
  renderRulerQueries,
  rulerArguments,
  sidecarArguments,
  storeArguments,
} from "../../monitoring/thanos.ts";
import { renderWebConfig } from "../../monitoring/webConfig.ts";
import { exampleSystem, member } from "./fixtures.ts";

const system = exampleSystem();
/** Of the scrape user. */
export const password = "correct horse";

/** The certificate that every component of the example shows, as server and as client. */
export function clientTls(tls: string) {
  return {
    certificateAuthorityFile: join(tls, "ca.crt"),
    certificateFile: join(tls, "server.crt"),
    keyFile: join(tls, "server.key"),
  };
}

/** How the components of the example call each other over HTTPS. */
export function httpClient(tls: string) {
  return {
    certificateAuthorityFile: join(tls, "ca.crt"),
    username: "scrape",
    passwordFile: join(tls, "scrape"),
  };
}

/** Arguments of the first member of each Thanos component, its files below `root`. */
export function componentArguments(layout: Layout, root: string) {
  const file = (name: string) => join(root, name);
  const http = (component: Instance["component"]) => ({
    listen: addressOf(member(layout, component), "http"),
    webConfigFile: file("web.yml"),
  });
  const mutual = (component: Instance["component"]) => ({
    listen: addressOf(member(layout, component), "grpc"),
    certificateFile: file("server.crt"),
    keyFile: file("server.key"),
    clientCaFile: file("ca.crt"),
  });
  const externalUrl = "https://localhost:7443";
  const objectStoreFile = file("objstore.yml");
  return {
    sidecar: sidecarArguments({
      http: http("thanos-sidecar"),
      grpc: mutual("thanos-sidecar"),
      prometheusUrl: `https://${addressOf(member(layout, "prometheus"), "http")}`,
      httpClientFile: file("client.yml"),
      dataDirectory: file("prometheus"),
      objectStoreFile,
    }),
    query: queryArguments(system, {
      http: http("thanos-query"),
      grpc: mutual("thanos-query"),
      endpointsFile: file("endpoints.yml"),
      externalUrl,
    }),
    frontend: queryFrontendArguments({
      http: http("thanos-query-frontend"),
      downstreamUrl: `https://${addressOf(member(layout, "thanos-query"), "http")}`,
      downstreamTripperFile: file("tripper.yml"),
      responseCacheFile: file("cache.yml"),
    }),
    store: storeArguments(system, {
      http: http("thanos-store"),
      grpc: mutual("thanos-store"),
      dataDirectory: file("store"),
      objectStoreFile,
      indexCacheFile: file("index.yml"),
      chunkCacheFile: file("chunks.yml"),
    }),
    compactor: compactorArguments(system, {
      http: http("thanos-compactor"),
      dataDirectory: file("compactor"),
      objectStoreFile,
    }),
    ruler: rulerArguments(system, {
      http: http("thanos-ruler"),
      grpc: mutual("thanos-ruler"),
      member: 1,
      dataDirectory: file("ruler"),
      rulesFile: file("ruler-rules.yml"),
      queryFile: file("queries.yml"),
      alertmanagersFile: file("alertmanagers.yml"),
      objectStoreFile,
      externalUrl,
    }),
    receive: receiveArguments(system, {
      http: http("thanos-receive"),
      grpc: mutual("thanos-receive"),
      remoteWriteListen: addressOf(member(layout, "thanos-receive"), "remote-write"),
      member: 1,
      localEndpoint: addressOf(member(layout, "thanos-receive"), "grpc"),
      hashringFile: file("hashring.json"),
      limitsFile: file("limits.yml"),
      client: clientTls(root),
      dataDirectory: file("receive"),
      objectStoreFile,
    }),
  };
}

/** Arguments of the first Prometheus. */
export function prometheusOf(layout: Layout, directory: string): string[] {
  return prometheusArguments(system, {
    configFile: join(directory, "prometheus.yml"),
    webConfigFile: join(directory, "web.yml"),
    dataDirectory: join(directory, "prometheus"),
    listen: addressOf(member(layout, "prometheus"), "http"),
    externalUrl: "https://localhost:7443",
    mode: "sidecar",
  });
}

/** Writes every file that those arguments name. */
export async function writeFiles(layout: Layout, directory: string): Promise<void> {
  const queries = [addressOf(member(layout, "thanos-query"), "http")];
  const watched = exampleSystem({
    jobs: system.jobs.filter(({ name }) => name === "prometheus"),
    alerts: system.alerts.map((group) => ({ ...group, interval: "1s" })),
  });
  const web = renderWebConfig({
    certificateFile: join(directory, "server.crt"),
    keyFile: join(directory, "server.key"),
    users: [{ username: "scrape", secret: "scrape" }],
  });
  const files: Record<string, string> = {
    "web.yml": web.replace("{{bcrypt:scrape}}", hashSync(password, 10)),
    scrape: password,
    "client.yml": renderHttpClient(httpClient(directory)),
    "endpoints.yml": renderEndpoints(layout, clientTls(directory)),
    "tripper.yml": renderDownstreamTripper({ certificateAuthorityFile: join(directory, "ca.crt") }),
    "cache.yml": renderResponseCache(),
    "index.yml": renderIndexCache(system),
    "chunks.yml": renderChunkCache(system),
    "objstore.yml": renderObjectStore(system.longTerm.bucket, {
      kind: "filesystem",
      directory: join(directory, "bucket"),
    }),
    "queries.yml": renderRulerQueries(queries, httpClient(directory)),
    "alertmanagers.yml": renderRulerAlertmanagers(layout, httpClient(directory)),
    "ruler-rules.yml": renderRules(watched, "thanos-ruler"),
    "rules.yml": renderRules(watched, "prometheus"),
    "targets.yml": renderTargets(watched, layout),
    "hashring.json": renderHashring(layout),
    "limits.yml": renderReceiveLimits(system),
    "prometheus.yml": renderPrometheusConfig(watched, layout, {
      member: 1,
      targetsFile: join(directory, "targets.yml"),
      rulesFile: join(directory, "rules.yml"),
      certificateAuthorityFile: join(directory, "ca.crt"),
      clientCertificateFile: join(directory, "server.crt"),
      clientKeyFile: join(directory, "server.key"),
      scrapePasswordFile: join(directory, "scrape"),
      secretFile: (name) => join(directory, name),
    }),
  };
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o600 });
  }
}
