/** The edge: HAProxy's ingress controller, and what it publishes. */
import type { System } from "../model.ts";
import { apiTokenMount, apiTokenVolume } from "./apiToken.ts";
import { edgeCertificate, ingressClass } from "./certificates.ts";
import { edgeRoutes, httpPort } from "./edgeRoutes.ts";
import { serviceAccount } from "./exporters/pods.ts";
import { pinned, pullPolicy } from "./images.ts";
import type { ClusterFacts, KubernetesObject, Part, Workload } from "./model.ts";
import { namespaces, ownObject, tlsMount, tlsSecret, tlsVolume } from "./names.ts";
import { acrossZones, apart, oneAtATime } from "./placement.ts";
import { workloadOf } from "./workloads.ts";

const name = "haproxy-ingress";
const namespace = namespaces.edge;
const image = "docker.io/haproxytech/kubernetes-ingress";
/** HAProxy, and the controller beside it, which holds the ingresses, services and endpoints that it watches. */
const resources = {
  requests: { cpu: "250m", memory: "400Mi" },
  limits: { cpu: "1", memory: "1Gi" },
} as const;
/** The chart's appVersion, said so that a chart's change of it is a change here. */
const version = "3.2.12";

export function ingress(system: System, facts: ClusterFacts): Part {
  return {
    name,
    about: "The only way in from outside: TLS, rate limits, and the paths that nobody may reach.",
    after: ["certificates"],
    ownsCloudResources: true,
    objects: [serviceAccount({ name, namespace }), ...ingresses(system, facts)],
    release: {
      name,
      namespace,
      chart: "kubernetes-ingress",
      workloads: [name],
      // Its only hook is a job that may write every custom resource definition of the cluster, and installs the controller's
      // own kinds. The stack uses none of them, and the controller leaves out those that it does not find.
      hooks: false,
      values: values(system, facts),
    },
  };
}

/** oauth2-proxy has everything but what logs people in by itself. */
function ingresses(system: System, facts: ClusterFacts): KubernetesObject[] {
  const proxy = workloadOf(system, "oauth2-proxy");
  const own = edgeRoutes(system).filter(({ login }) => login === "own");
  return [
    publish(system, facts, proxy, "/"),
    ...own.map(({ workload, path }) => publish(system, facts, workload, path.slice(0, -1))),
  ];
}

/** What HAProxy does before the server gets a request is said at the server's Service: {@link behindEdge}. */
function publish(system: System, facts: ClusterFacts, workload: Workload, path: string): KubernetesObject {
  return ownObject({
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: {
      name: workload.name,
      namespace: workload.namespace,
      annotations: {
        "haproxy.org/ssl-redirect": "true",
        "haproxy.org/ssl-redirect-code": "301",
        "haproxy.org/ssl-redirect-port": "443",
        "haproxy.org/rate-limit-requests": "300",
        "haproxy.org/rate-limit-period": "10s",
        "haproxy.org/rate-limit-status-code": "429",
        "haproxy.org/timeout-server": "160s",
        // Its address comes from the controller, which is started after it.
        "pulumi.com/skipAwait": "true",
      },
    },
    spec: {
      ingressClassName: ingressClass,
      tls: [{ hosts: [facts.hostname], secretName: tlsSecret(edgeCertificate) }],
      rules: [
        {
          host: facts.hostname,
          http: {
            paths: [
              {
                path,
                pathType: "Prefix",
                backend: {
                  service: { name: workload.services[0], port: { number: httpPort(workload) } },
                },
              },
            ],
          },
        },
      ],
    },
  });
}

function values(system: System, facts: ClusterFacts): Record<string, unknown> {
  const { selector } = workloadOf(system, name);
  return {
    serviceAccount: { create: false, name, automountServiceAccountToken: false },
    controller: {
      kind: "Deployment",
      image: {
        repository: image,
        tag: pinned(facts, image, version),
        pullPolicy: pullPolicy(facts, image),
      },
      replicaCount: 2,
      strategy: oneAtATime,
      PodDisruptionBudget: { enable: true, minAvailable: 1 },
      affinity: apart(selector),
      topologySpreadConstraints: acrossZones(selector),
      resources,
      unprivileged: true,
      allowPrivilegedPorts: false,
      enableRuntimeDefaultSeccompProfile: true,
      enableServiceLinks: false,
      pprof: { enabled: false },
      ingressClass,
      ingressClassResource: { name: ingressClass, default: false },
      // What a name that is not published gets to see.
      defaultTLSSecret: { enabled: true, secretNamespace: namespace, secret: tlsSecret(name) },
      // Only these are watched: an ingress of another namespace publishes nothing here.
      extraArgs: [
        `--namespace-whitelist=${namespace}`,
        `--namespace-whitelist=${system.namespace}`,
        "--disable-service-external-name",
      ],
      logging: { level: "info", traffic: { address: "stdout", format: "raw", facility: "daemon" } },
      config: {
        "global-config-snippet": "ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets\n",
        "timeout-http-request": "10s",
        "hard-stop-after": "5m",
      },
      service: service(facts),
      // The authority that signed the servers behind it; and the API, by which it watches ingresses, services and secrets.
      extraVolumes: [
        { name: tlsVolume, secret: { secretName: tlsSecret(name), items: authorityOnly } },
        apiTokenVolume,
      ],
      extraVolumeMounts: [{ name: tlsVolume, mountPath: tlsMount, readOnly: true }, apiTokenMount],
    },
    // For whoever renders the release with its hooks after all.
    crdjob: { resources },
  };
}

const authorityOnly = [{ key: "ca.crt", path: "ca.crt" }];

/**
 * A load balancer of the cloud that keeps the client's address, for the rate limit and the log. 80 is for redirects and
 * ACME's challenges.
 *
 * @see https://learn.microsoft.com/azure/aks/internal-lb
 * @see https://kubernetes.io/docs/reference/labels-annotations-taints/#service-beta-kubernetes-io-aws-load-balancer-type
 */
function service({ cloud, edge }: ClusterFacts): Record<string, unknown> {
  const azure = edge.internal ? { "service.beta.kubernetes.io/azure-load-balancer-internal": "true" } : {};
  const aws = {
    "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
    // A zone without a replica of the edge would otherwise be a third of the connections lost.
    "service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled": "true",
    ...(edge.internal ? { "service.beta.kubernetes.io/aws-load-balancer-internal": "true" } : {}),
  };
  return {
    type: "LoadBalancer",
    externalTrafficPolicy: "Local",
    loadBalancerSourceRanges: edge.allowedCidrs,
    annotations: cloud === "azure" ? azure : aws,
    enablePorts: { http: true, https: true, quic: false, stat: false, admin: false },
  };
}
