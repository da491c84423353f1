/** What a chart's values put before a cluster: Services that leave it, Ingresses and routes. */
import { at, everyOne, isMap, known, listAt, type Properties } from "../resource.ts";
import { isTruthy, valuePath, type Release } from "./releases.ts";

export interface Publication {
  /** `values.server.service`. */
  readonly path: string;
  readonly by: "service" | "ingress" | "route";
  readonly values: Properties;
}

/** Charts whose purpose is to be the way in. */
const edges: ReadonlySet<string> = new Set([
  "kubernetes-ingress",
  "haproxy-ingress",
  "ingress-nginx",
  "nginx-ingress",
  "traefik",
  "contour",
  "kong",
  "gateway",
  "gateway-helm",
]);

export function isEdge({ chart }: Release): boolean {
  return edges.has(chart);
}

/** Charts whose servers ask nobody who is there. */
const guarded: ReadonlySet<string> = new Set([
  "kube-prometheus-stack",
  "prometheus",
  "alertmanager",
  "prometheus-pushgateway",
  "thanos",
  "prometheus-blackbox-exporter",
  "prometheus-redis-exporter",
  "prometheus-postgres-exporter",
]);

/** Whether what is published has to be behind a log-in of others; Grafana has one, and policies, of its own. */
export function wantsLogin({ chart }: Release, { path }: Publication): boolean {
  return guarded.has(chart) && !path.startsWith("values.grafana.");
}

/** Every one of a release's, wherever in its values, but for those of parts that are off. */
export function publicationsOf({ values }: Release): Iterable<Publication> {
  return below(values, "");
}

const services = /service(?:PerReplica|External)?$/i;
const ingresses = /ingress(?:PerReplica)?$/i;
/** Of the Gateway API, by names of their own: `route.main`. */
const routes = /(?:^|\.)route(?:PerReplica)?$/i;

function* below(values: Properties, path: string): Generator<Publication> {
  yield* everyOne(Object.keys(values), function* (key): Generator<Publication> {
    const isService = services.test(key);
    const isIngress = ingresses.test(key) || routes.test(path);
    // What else a preview does not know is neither.
    const inner = isService || isIngress ? values[key] : known(() => values[key], undefined);
    if (!isMap(inner) || key === "networkPolicy" || known(() => isOff(inner), false)) return;
    const where = path === "" ? key : `${path}.${key}`;
    // kube-prometheus-stack's own default for one that is external.
    const isExternal = key.endsWith("External") && inner["type"] === undefined;
    const found = { path: valuePath(where), values: isExternal ? { ...inner, type: "LoadBalancer" } : inner };
    if (isService && leaves(found.values)) yield { by: "service", ...found };
    if (ingresses.test(key) && isTruthy(inner["enabled"])) yield { by: "ingress", ...found };
    if (routes.test(path) && isTruthy(inner["enabled"])) yield { by: "route", ...found };
    yield* below(inner, where);
  });
}

function isOff({ enabled }: Properties): boolean {
  return enabled !== undefined && !isTruthy(enabled);
}

/** Whether a Service answers outside of its cluster. */
export function leaves(spec: unknown): boolean {
  return (
    ["LoadBalancer", "NodePort"].includes(String(at(spec, "type"))) || listAt(spec, "externalIPs").length > 0
  );
}

/**
 * Whether an ingress controller asks who is there: another server, a certificate, a password, or a provider of AWS'.
 * @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/
 */
export function asksWho(annotations: unknown): boolean {
  const set = (name: string): boolean => isTruthy(at(annotations, name));
  const nginx = "nginx.ingress.kubernetes.io";
  return (
    set(`${nginx}/auth-url`) ||
    (set(`${nginx}/auth-tls-secret`) &&
      ["on", undefined].includes(at(annotations, `${nginx}/auth-tls-verify-client`) as string | undefined)) ||
    (set(`${nginx}/auth-type`) && set(`${nginx}/auth-secret`)) ||
    set("haproxy-ingress.github.io/auth-url") ||
    // A middleware is another object, of which its name is all that is seen here.
    /auth/i.test(JSON.stringify(at(annotations, "traefik.ingress.kubernetes.io/router.middlewares") ?? "")) ||
    (set("haproxy.org/auth-type") && set("haproxy.org/auth-secret")) ||
    ["cognito", "oidc"].includes(String(at(annotations, "alb.ingress.kubernetes.io/auth-type")))
  );
}
