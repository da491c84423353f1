/** Kubernetes: what answers outside of a cluster is meant to, and has TLS. */
import { isEdge, publicationsOf, wantsLogin } from "../facts/publications.ts";
import { isTruthy, releaseOf, releaseTypes } from "../facts/releases.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, listAt } from "../resource.ts";
import { isEverybody } from "../facts/networks.ts";

export const exposureService: ResourcePolicy = {
  id: "exposure-service",
  concern: "exposure",
  severity: "high",
  description:
    "A Service is for the cluster; one for outside names the networks that may come, or is internal. So are those of charts; a way in may name everybody.",
  remedy:
    "Use ClusterIP behind the ingress; on a LoadBalancer set loadBalancerSourceRanges (of an edge 0.0.0.0/0 where all may come) or the cloud's annotation for an internal one",
  covers: [],
  types: ["kubernetes:core/v1:Service", ...releaseTypes],
  *check(resource) {
    const release = releaseOf(resource);
    if (release === undefined) {
      if (resource.type === "kubernetes:core/v1:Service")
        yield* answers(at(resource.props, "spec"), at(resource.props, "metadata", "annotations"), "spec");
      return;
    }
    yield* everyOne(publicationsOf(release), function* (publication) {
      const { by, path, values } = publication;
      // Whether it is to be published at all is another policy's.
      if (by === "service" && !wantsLogin(release, publication))
        yield* answers(values, values["annotations"], path, isEdge(release));
    });
  },
};

/** Who may come to a Service that is not for the cluster alone. */
function* answers(spec: unknown, annotations: unknown, path: string, isEdge = false): Generator<Fault> {
  const type = at(spec, "type");
  if (type === "NodePort") yield { path: `${path}.type`, problem: 'is "NodePort": every node answers' };
  if (type === "LoadBalancer" && !isInternal(annotations)) {
    const ranges = [
      ...listAt(spec, "loadBalancerSourceRanges"),
      ...rangeAnnotations.flatMap((name) => {
        const text = at(annotations, name);
        return typeof text === "string" ? text.split(",").map((range) => range.trim()) : [];
      }),
    ];
    if (ranges.length === 0 || (!isEdge && ranges.map(String).some(isEverybody)))
      yield { path: `${path}.loadBalancerSourceRanges`, problem: "lets everybody in" };
  }
  if (listAt(spec, "externalIPs").length > 0)
    yield { path: `${path}.externalIPs`, problem: "take traffic of the cluster's that is for others" };
}

const rangeAnnotations = [
  "service.beta.kubernetes.io/load-balancer-source-ranges",
  "service.beta.kubernetes.io/azure-allowed-ip-ranges",
];

/** @see https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer */
function isInternal(annotations: unknown): boolean {
  return [
    ["service.beta.kubernetes.io/azure-load-balancer-internal", "true"],
    ["service.beta.kubernetes.io/aws-load-balancer-scheme", "internal"],
    ["service.beta.kubernetes.io/aws-load-balancer-internal", "true"],
    ["networking.gke.io/load-balancer-type", "Internal"],
  ].some(([name = "", value]) => at(annotations, name) === value);
}

export const exposureIngress: ResourcePolicy = {
  id: "exposure-ingress-tls",
  concern: "exposure",
  severity: "high",
  description: "An Ingress serves named hosts, each with TLS; so does that of a chart.",
  remedy:
    "Name a host in each rule, and list it under tls with the Secret of its certificate; leave no backend for other names, and no way to stay without TLS",
  covers: ["AVD-KSV-1001"],
  types: ["kubernetes:networking.k8s.io/v1:Ingress", ...releaseTypes],
  *check(resource) {
    const release = releaseOf(resource);
    if (release !== undefined) {
      yield* everyOne(publicationsOf(release), function* ({ by, path, values }) {
        if (by !== "ingress") return;
        const certificates = [values["tls"], values["tlsSecretName"]].some(
          (tls) => isTruthy(tls) && !(Array.isArray(tls) && tls.length === 0),
        );
        if (!certificates && !endsTls(values["annotations"]))
          yield { path: `${path}.tls`, problem: "lists no host" };
        yield* staying(values["annotations"], `${path}.annotations`);
      });
      return;
    }
    if (!resource.type.endsWith(":Ingress")) return;
    const annotations = at(resource.props, "metadata", "annotations");
    const spec = at(resource.props, "spec");
    const secured = listAt(spec, "tls").flatMap((tls) =>
      at(tls, "secretName") === undefined ? [] : listAt(tls, "hosts"),
    );
    const rules = listAt(spec, "rules");
    if (rules.length === 0) yield { path: "spec.rules", problem: "names no host" };
    else if (at(spec, "defaultBackend") !== undefined)
      yield { path: "spec.defaultBackend", problem: "serves every other name" };
    for (const [index, rule] of rules.entries()) {
      const host = at(rule, "host");
      if (host === undefined || host === "")
        yield { path: `spec.rules[${String(index)}].host`, problem: "is not set: every name is served" };
      else if (!secured.includes(host) && !endsTls(annotations))
        yield { path: "spec.tls", problem: `lists no host ${JSON.stringify(host)}` };
    }
    yield* staying(annotations, "metadata.annotations");
  },
};

/**
 * Whether a balancer of AWS has the certificate, and no listener without it.
 * @see https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/
 */
function endsTls(annotations: unknown): boolean {
  const listeners = at(annotations, "alb.ingress.kubernetes.io/listen-ports") ?? '[{"HTTPS": 443}]';
  return (
    isTruthy(at(annotations, "alb.ingress.kubernetes.io/certificate-arn")) &&
    (typeof listeners !== "string" ||
      !/"HTTP"/.test(listeners) ||
      isTruthy(at(annotations, "alb.ingress.kubernetes.io/ssl-redirect")))
  );
}

function* staying(annotations: unknown, path: string): Generator<Fault> {
  for (const controller of ["haproxy.org", "nginx.ingress.kubernetes.io", "haproxy-ingress.github.io"]) {
    const annotation = `${controller}/ssl-redirect`;
    if (/^(?:false|f|0|off|no)$/i.test(String(at(annotations, annotation))))
      yield { path: `${path}["${annotation}"]`, problem: "lets people stay without TLS" };
  }
}
