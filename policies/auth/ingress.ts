/** Who comes from outside is asked, whatever way leads to a server that asks nobody by itself. */
import { asksWho } from "../facts/publications.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, listAt } from "../resource.ts";

const routeType = "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute";

/** Ports that the projects' servers have by default: Prometheus, PushGateway, Alertmanager, Thanos. */
const ports: readonly unknown[] = [9090, 9091, 9093, 10_902, 19_291];

export const authIngress: ResourcePolicy = {
  id: "auth-ingress",
  concern: "auth",
  severity: "critical",
  description:
    "No Ingress and no HTTPRoute leads to Prometheus, Alertmanager, PushGateway or Thanos, by their names or ports, past a log-in.",
  remedy:
    "Lead it to oauth2-proxy and that to the server, or let the ingress controller ask (auth-url, client certificates)",
  covers: [],
  types: ["kubernetes:networking.k8s.io/v1:Ingress", routeType],
  *check({ type, props }) {
    if (type !== routeType && asksWho(at(props, "metadata", "annotations"))) return;
    const spec = at(props, "spec");
    yield* everyOne(
      type === routeType ? routed(spec) : led(spec),
      function* ({ path, name, port }): Generator<Fault> {
        const service = String(name());
        if (
          /oauth2?-?proxy|authelia|pomerium|(?:grafana|exporter)s?(?:-(?:svc|service|http))?$/i.test(service)
        )
          return;
        if (/prometheus|alertmanager|push-?gateway|thanos/i.test(service) || ports.includes(port()))
          yield { path, problem: `leads to ${service}, which asks nobody` };
      },
    );
  },
};

interface Backend {
  readonly path: string;
  readonly name: () => unknown;
  readonly port: () => unknown;
}

function led(spec: unknown): readonly Backend[] {
  const backend = (path: string, of: unknown): Backend => ({
    path,
    name: () => at(of, "service", "name"),
    port: () => at(of, "service", "port", "number"),
  });
  return [
    ...(at(spec, "defaultBackend") === undefined
      ? []
      : [backend("spec.defaultBackend", at(spec, "defaultBackend"))]),
    ...listAt(spec, "rules").flatMap((rule, index) =>
      listAt(rule, "http", "paths").map((one, place) =>
        backend(`spec.rules[${String(index)}].http.paths[${String(place)}].backend`, at(one, "backend")),
      ),
    ),
  ];
}

function routed(spec: unknown): readonly Backend[] {
  return listAt(spec, "rules").flatMap((rule, index) =>
    listAt(rule, "backendRefs").map((one, place) => ({
      path: `spec.rules[${String(index)}].backendRefs[${String(place)}]`,
      name: () => at(one, "name"),
      port: () => at(one, "port"),
    })),
  );
}
