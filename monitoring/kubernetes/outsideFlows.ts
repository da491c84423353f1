/** Flows between the stack and what is not of it: the cloud, the Kubernetes API, clients, and what is watched. */
import { identitiesOf } from "./identities.ts";
import type { ScrapeJob, System } from "../model.ts";
import type { Flow, FlowPort } from "./flows.ts";
import type { ClusterFacts, WorkloadPort } from "./model.ts";
import * as outside from "./outside.ts";
import { workloadOf, workloads } from "./workloads.ts";

const tcp = (...numbers: number[]): FlowPort[] => numbers.map((number) => ({ number, protocol: "TCP" }));
const anyTcp: FlowPort[] = [{ protocol: "TCP" }];

/** Flows of everything that a system could have; those of absent workloads are left out by the caller. */
export function outsideFlows(system: System, facts: ClusterFacts): Flow[] {
  return [
    ...kubernetes(facts),
    ...cloud(system, facts),
    ...notifications(system),
    ...edge(system, facts),
    ...clients(system),
    ...watched(system, facts),
  ];
}

/** Who asks the Kubernetes API, and whose webhooks it calls. */
function kubernetes(facts: ClusterFacts): Flow[] {
  const asking = [
    "prometheus",
    "prometheus-operator",
    "kube-state-metrics",
    "prometheus-adapter",
    "haproxy-ingress",
    "external-secrets",
    "external-secrets-webhook",
    "cert-manager",
    "cert-manager-cainjector",
    "cert-manager-webhook",
    "cert-manager-startupapicheck",
  ];
  const called: readonly [name: string, port: number, why: string][] = [
    ["prometheus-operator", 10250, "has objects checked"],
    ["external-secrets-webhook", 10250, "has objects checked"],
    ["cert-manager-webhook", 10250, "has objects checked"],
    ["prometheus-adapter", 6443, "passes questions for custom metrics on"],
  ];
  return [
    ...asking.map((from): Flow => ({ from, to: outside.apiServer, ports: tcp(443), why: "watches objects" })),
    ...called.map(([to, port, why]): Flow => ({
      from: outside.webhookCallers(facts),
      to,
      ports: tcp(port),
      why,
    })),
  ];
}

/** Who acts in the cloud: bucket, secret store, machines; and whose identity comes from the node's agent on EKS. */
function cloud(system: System, facts: ClusterFacts): Flow[] {
  return identitiesOf(system, facts).flatMap(({ serviceAccount: from, access }): Flow[] => [
    { from, to: outside.anywhere, ports: tcp(443), why: `acts in the cloud: ${access.join(", ")}` },
    ...(facts.cloud === "aws"
      ? [{ from, to: outside.podIdentityAgent, ports: tcp(80), why: "gets its identity" }]
      : []),
  ]);
}

/** Pagers, chats and webhooks, and mail. */
function notifications({ notifications: { receivers, weeklySummary } }: System): Flow[] {
  const mail = receivers.flatMap((receiver) =>
    receiver.kind === "email" ? [portOf(receiver.smarthost) ?? 587] : [],
  );
  return [
    { from: "alertmanager", to: outside.anywhere, ports: tcp(443), why: "notifies people" },
    ...(mail.length > 0
      ? [{ from: "alertmanager", to: outside.anywhere, ports: tcp(...new Set(mail)), why: "sends mail" }]
      : []),
    ...(weeklySummary === undefined
      ? []
      : [
          {
            from: "weekly-summary",
            to: outside.anywhere,
            ports: tcp(portOf(weeklySummary.smarthost) ?? 587),
            why: "mails the week's summary",
          },
        ]),
  ];
}

/** The only way in, and the certificate and the identity provider that it needs. */
function edge(system: System, facts: ClusterFacts): Flow[] {
  const { http, https } = workloadOf(system, "haproxy-ingress").ports;
  const own = (...ports: (WorkloadPort | undefined)[]): FlowPort[] =>
    ports.flatMap((port) => (port === undefined ? [] : tcp(port.number)));
  const { certificate } = facts.edge;
  const login = { to: outside.anywhere, ports: tcp(443), why: "asks the identity provider" };
  const acme: Flow[] =
    certificate.kind === "acme"
      ? [
          {
            from: "cert-manager",
            to: outside.anywhere,
            ports: tcp(80),
            why: "tries a challenge before it is asked for",
          },
          // The name is the load balancer's address, which kube-proxy or Cilium turns into a pod of the edge.
          {
            from: "cert-manager",
            to: "haproxy-ingress",
            ports: tcp(8080),
            why: "tries a challenge before it is asked for",
          },
          // The authority asks from addresses that it does not publish.
          { from: outside.anywhere, to: "haproxy-ingress", ports: own(http), why: "answers challenges" },
          {
            from: "haproxy-ingress",
            to: outside.challengeSolvers,
            ports: tcp(outside.solverPort),
            why: "answers challenges",
          },
        ]
      : [];
  return [
    {
      from: outside.clients(facts),
      to: "haproxy-ingress",
      ports: own(http, https),
      why: "lets clients in, and sends them from HTTP to HTTPS",
    },
    ...acme,
    { from: "oauth2-proxy", ...login },
    { from: "grafana", ...login },
  ];
}

/** Applications of the cluster that use the names they know, and batch jobs that push. */
function clients(system: System): Flow[] {
  const ports: Readonly<Record<string, string>> = { prometheus: "http", "thanos-receive": "remote-write" };
  const known = workloads(system).flatMap(({ name, ports: of }): Flow[] => {
    const port = of[name === "pushgateway" ? "http" : (ports[name] ?? "")];
    const promised = name === "pushgateway" || system.endpoints.some(({ component }) => component === name);
    if (port === undefined || !promised) return [];
    return [
      { from: outside.invitedNamespaces, to: name, ports: tcp(port.number), why: "serves a known name" },
    ];
  });
  return [...new Map(known.map((flow) => [flow.to, flow])).values()];
}

/** What is scraped or asked beyond the stack. */
function watched(system: System, facts: ClusterFacts): Flow[] {
  const peers = facts.peers.map(({ name, address }): Flow => ({
    from: "thanos-query",
    to: outside.anywhere,
    ports: tcp(portOf(address) ?? 10901),
    why: `asks ${name}'s query`,
  }));
  const asking = facts.peers.flatMap(({ name, networkCidr: cidr }): Flow[] => {
    if (cidr === undefined) return [];
    const from: outside.Outside = { outside: `the network of ${name}`, peers: [{ ipBlock: { cidr } }] };
    return [{ from, to: "thanos-query", ports: tcp(10901), why: "has its queries answered here as well" }];
  });
  const jobs = system.jobs.flatMap((job) => scraped(job, facts));
  return [...jobs, ...databases(system), ...onNodes(facts), ...peers, ...asking];
}

function scraped({ name, discovery, through }: ScrapeJob, facts: ClusterFacts): Flow[] {
  const why = `watches ${name}`;
  const from = through?.component ?? "prometheus";
  switch (discovery.kind) {
    case "static": {
      const ports = [...new Set(discovery.targets.map(({ address }) => portOf(address) ?? 443))];
      return [{ from, to: outside.anywhere, ports: tcp(...ports), why }];
    }
    case "federate": {
      const ports = [...new Set(discovery.from.map(({ address }) => portOf(address) ?? 443))];
      return [{ from, to: outside.privateNetworks, ports: tcp(...ports), why }];
    }
    case "azure":
      return facts.cloud === "azure"
        ? [{ from, to: outside.privateNetworks, ports: tcp(discovery.port), why }]
        : [];
    case "monitor":
      // A monitor names a port of the Service or container: which number that is, the application says.
      return [{ from, to: outside.podsOf(discovery.namespaces), ports: anyTcp, why }];
    case "kubernetes":
      // API servers and kubelets are asked through the API; annotated pods name a port of their own.
      return discovery.role === "pod"
        ? [{ from, to: outside.podsOf(discovery.namespaces ?? []), ports: anyTcp, why }]
        : [];
    case "stack":
    case "hosts":
    case "workload":
    case "pushgateway":
      return [];
  }
}

/** Exporters that stand for one database, which runs beside the applications or as a service of the cloud. */
function databases({ jobs }: System): Flow[] {
  const ports = { "postgres-exporter": tcp(5432), "redis-exporter": tcp(6379, 6380) };
  const watchedNamespaces = jobs.flatMap(({ discovery }) =>
    discovery.kind === "monitor" ? discovery.namespaces : [],
  );
  const beside = outside.podsOf([...new Set(watchedNamespaces)]);
  return Object.entries(ports).flatMap(([from, of]): Flow[] => {
    if (watchedNamespaces.length === 0 || jobs.some(({ through }) => through?.component === from)) return [];
    return [beside, outside.privateNetworks].map((to) => ({
      from,
      to,
      ports: of,
      why: "watches its database",
    }));
  });
}

/** Kubelets, and the exporters that share the nodes' network and so are no pods to a policy. */
function onNodes(facts: ClusterFacts): Flow[] {
  return [
    {
      from: "prometheus",
      to: outside.nodes(facts),
      ports: tcp(nodePorts.kubelet, nodePorts.exporter),
      why: "watches the nodes",
    },
  ];
}

/** Ports that Prometheus reads on each node. */
export const nodePorts = { kubelet: 10250, exporter: 9100 } as const;

/** The port of `host:port`. */
function portOf(address: string): number | undefined {
  const port = /:(\d+)$/.exec(address)?.[1];
  return port === undefined ? undefined : Number(port);
}
