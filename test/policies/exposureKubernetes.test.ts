import { exposureDefaultDeny, exposureNamespace } from "../../policies/exposure/kubernetes.ts";
import { exposureNetworkPolicy } from "../../policies/exposure/networkPolicies.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const denyAll = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
const where = { namespace: "monitoring" };

describe("Policies of exposure in Kubernetes: what may be reached inside", () => {
  testPolicy({
    policy: exposureDefaultDeny,
    passes: {
      "a namespace that is closed": [deployment("monitoring"), networkPolicy(denyAll)],
      "a release in a namespace that is closed": [release("thanos", "monitoring"), networkPolicy(denyAll)],
      "pods and their policy in the namespace that is not named": [
        deployment(),
        networkPolicy(denyAll, { namespace: undefined }),
      ],
      "a policy for each way": [
        deployment("monitoring"),
        networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] }),
        networkPolicy({ podSelector: { matchLabels: {} }, policyTypes: ["Egress"] }),
      ],
      "a policy for every pod that names who comes": [
        deployment("monitoring"),
        networkPolicy({ ...denyAll, ingress: [{ from: [{ podSelector: {} }] }] }),
      ],
      "a namespace without pods": [namespace({})],
      "a Chart of which a state says nothing": [
        { type: "kubernetes:helm.sh/v4:Chart", props: {} },
        networkPolicy(denyAll),
      ],
      "a chart that only brings kinds": [release("prometheus-operator-crds", "monitoring")],
    },
    fails: {
      "pods that no policy chooses": {
        stack: [deployment("monitoring")],
        says: /metadata\.namespace is "monitoring", where nothing is denied by default/,
      },
      "a policy of another namespace": {
        stack: [deployment("monitoring"), networkPolicy(denyAll, { namespace: "edge" })],
        says: /"monitoring", where nothing/,
      },
      "a policy for some pods": {
        stack: [
          deployment("monitoring"),
          networkPolicy({ ...denyAll, podSelector: { matchLabels: { app: "prometheus" } } }),
        ],
        says: /nothing is denied by default/,
      },
      "a policy of one way only": {
        stack: [deployment("monitoring"), networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] })],
        says: /nothing is denied by default/,
      },
      "a rule that allows everything": {
        stack: [deployment("monitoring"), networkPolicy({ ...denyAll, ingress: [{}] })],
        says: /nothing is denied by default/,
      },
      "a CronJob beside a closed namespace": {
        stack: [
          networkPolicy(denyAll),
          { type: "kubernetes:batch/v1:CronJob", props: { metadata: { namespace: "backup" }, spec: {} } },
        ],
        says: /"backup", where nothing/,
      },
      "a port for everybody": {
        stack: [
          deployment("monitoring"),
          networkPolicy({ ...denyAll, ingress: [{ ports: [{ port: 80 }] }] }),
        ],
        says: /nothing is denied by default/,
      },
      "ways that are closed in two namespaces": {
        stack: [
          deployment("monitoring"),
          networkPolicy({ podSelector: {}, policyTypes: ["Ingress"] }),
          networkPolicy({ podSelector: {}, policyTypes: ["Egress"] }, { namespace: "edge" }),
        ],
        says: /"monitoring", where nothing/,
      },
      "pods that the operator makes": {
        stack: [
          {
            type: "kubernetes:monitoring.coreos.com/v1:Prometheus",
            props: { metadata: { namespace: "monitoring" }, spec: {} },
          },
        ],
        says: /"monitoring", where nothing/,
      },
      "a release in the namespace that is not named": {
        stack: [release("redis")],
        says: /"default", where nothing/,
      },
    },
    absent: { stack: [{ type: "kubernetes:core/v1:Pod", props: {} }], says: /"default", where nothing/ },
    unknown: [deployment("monitoring"), networkPolicy({ ...denyAll, policyTypes: unknown })],
  });

  const anywhere = { ipBlock: { cidr: "0.0.0.0/0" } };
  const one = { podSelector: { matchLabels: { app: "haproxy" } } };
  const chosen = { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } };

  testPolicy({
    policy: exposureNetworkPolicy,
    passes: {
      "nothing at all": [networkPolicy(denyAll)],
      "named pods on a named port": [
        ingress({ from: [{ podSelector: { matchLabels: { app: "haproxy" } } }], ports: [{ port: 9090 }] }),
      ],
      "everybody, for pods that serve people": [ingress({ from: [anywhere], ports: [{ port: 8443 }] })],
      "everybody, for a port that is named after what people speak": [
        ingress({ from: [anywhere], ports: [{ port: "https" }] }),
      ],
      "named namespaces": [
        ingress({
          from: [
            {
              namespaceSelector: {
                matchExpressions: [
                  { key: "kubernetes.io/metadata.name", operator: "In", values: ["monitoring"] },
                ],
              },
            },
          ],
          ports: [{ port: 9090, endPort: 9091 }],
        }),
      ],
      "whatever listens in namespaces that are scraped": [
        egress({ to: [{ namespaceSelector: chosen }], ports: [{ protocol: "TCP" }] }),
      ],
      "the internet without the node's metadata": [
        egress({
          to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } }],
          ports: [{ port: 443 }],
        }),
      ],
      "pods that answer challenges anywhere": [
        egress({
          to: [
            {
              namespaceSelector: {},
              podSelector: { matchLabels: { "acme.cert-manager.io/http01-solver": "true" } },
            },
          ],
          ports: [{ port: 8089 }],
        }),
      ],
      "a network of the organisation's": [
        ingress({ from: [{ ipBlock: { cidr: "10.20.0.0/16" } }], ports: [{ port: 9090 }] }),
      ],
      "names for everybody's use": [
        egress({ to: [{ namespaceSelector: chosen }], ports: [{ port: 53, protocol: "UDP" }] }),
      ],
    },
    fails: {
      "whatever comes": { stack: [ingress({})], says: /spec\.ingress\[0\] allows everything/ },
      "whatever leaves": { stack: [egress({})], says: /spec\.egress\[0\] allows everything/ },
      "every port": {
        stack: [ingress({ from: [{ podSelector: {} }] })],
        says: /spec\.ingress\[0\]\.ports is not set: every port is open/,
      },
      "every port to the internet": {
        stack: [egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }] })],
        says: /spec\.egress\[0\]\.ports is not set/,
      },
      "everybody on Prometheus' port": {
        stack: [ingress({ ports: [{ port: 9090 }] })],
        says: /spec\.ingress\[0\]\.from is not set, which is everybody/,
      },
      "everybody, by an empty list": {
        stack: [ingress({ from: [], ports: [{ port: 9093 }] })],
        says: /spec\.ingress\[0\]\.from is not set/,
      },
      "a way out to everybody": {
        stack: [egress({ ports: [{ port: 443 }] })],
        says: /spec\.egress\[0\]\.to is not set/,
      },
      "the node's metadata": {
        stack: [egress({ to: [anywhere], ports: [{ port: 443 }] })],
        says: /to\[0\]\.ipBlock\.except leaves out no 169\.254\.0\.0\/16/,
      },
      "every pod of its namespace": {
        stack: [ingress({ from: [{ podSelector: {} }], ports: [{ port: 9090 }] })],
        says: /from\[0\]\.podSelector is empty: every pod/,
      },
      "one pod's name in every namespace": {
        stack: [
          ingress({
            from: [{ namespaceSelector: {}, podSelector: { matchLabels: { app: "a" } } }],
            ports: [{ port: 9090 }],
          }),
        ],
        says: /from\[0\]\.namespaceSelector is empty: every namespace/,
      },
      "the internet": {
        stack: [ingress({ from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 9090 }] })],
        says: /everybody in on port 9090/,
      },
      "the internet of IPv6, behind a right rule": {
        stack: [
          ingress(
            { from: [one], ports: [{ port: 9090 }] },
            { from: [one, { ipBlock: { cidr: "::/0" } }], ports: [{ port: 9090 }] },
          ),
        ],
        says: /spec\.ingress\[1\]\.from lets everybody in on port 9090/,
      },
      "half of the internet": {
        stack: [ingress({ from: [{ ipBlock: { cidr: "128.0.0.0/1" } }], ports: [{ port: 22 }] })],
        says: /everybody in on port 22/,
      },
      "every namespace": {
        stack: [ingress({ from: [{ namespaceSelector: {} }], ports: [{ port: 9090 }] })],
        says: /from\[0\]\.namespaceSelector is empty: every namespace/,
      },
      "every pod of every namespace": {
        stack: [ingress({ from: [{ namespaceSelector: {}, podSelector: {} }], ports: [{ port: 9090 }] })],
        says: /from\[0\]\.namespaceSelector is empty: every namespace/,
      },
      "the internet but for a network of it": {
        stack: [
          ingress({
            from: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }],
            ports: [{ port: 9090 }],
          }),
        ],
        says: /everybody in on port 9090/,
      },
      "every namespace, by labels that are none": {
        stack: [
          ingress({
            from: [{ namespaceSelector: { matchLabels: {} } }],
            ports: [{ port: 9090 }],
          }),
        ],
        says: /from\[0\]\.namespaceSelector is empty: every namespace/,
      },
      "every namespace that has a name": {
        stack: [
          ingress({
            from: [
              {
                namespaceSelector: {
                  matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }],
                },
              },
            ],
            ports: [{ port: 9090 }],
          }),
        ],
        says: /from\[0\]\.namespaceSelector is empty: every namespace/,
      },
      "ports from one that serves people up to the last": {
        stack: [ingress({ from: [anywhere], ports: [{ port: 443, endPort: 65_535 }] })],
        says: /everybody in on port 443 to 65535/,
      },
      "a port by its name": {
        stack: [ingress({ from: [anywhere], ports: [{ port: "http-web" }] })],
        says: /everybody in on port http-web/,
      },
      "a port in quotes": {
        stack: [ingress({ from: [anywhere], ports: [{ port: "9090" }] })],
        says: /everybody in on port 9090/,
      },
      "a protocol instead of a port": {
        stack: [ingress({ from: [one], ports: [{ protocol: "TCP" }] })],
        says: /spec\.ingress\[0\]\.ports\[0\]\.port is not set: every port is open/,
      },
      "a protocol instead of a port, to the internet": {
        stack: [egress({ to: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ protocol: "TCP" }] })],
        says: /spec\.egress\[0\]\.ports\[0\]\.port is not set/,
      },
      "a policy that leaves egress open": {
        stack: [networkPolicy({ podSelector: {} })],
        says: /spec\.policyTypes is not set, so that egress is open/,
      },
    },
    absent: { stack: [networkPolicy({})], says: /spec\.policyTypes is not set/ },
    unknown: [ingress({ from: unknown, ports: [{ port: 9090 }] })],
  });

  testPolicy({
    policy: exposureNamespace,
    passes: {
      "a namespace that wants what is restricted": [enforcing("restricted")],
      "a release in a namespace that is there": [release("grafana", "monitoring")],
      "a namespace of what measures nodes": [
        {
          type: "kubernetes:core/v1:Namespace",
          props: { metadata: { name: "monitoring-nodes", labels: { ...level("privileged") } } },
        },
        {
          type: "kubernetes:core/v1:Namespace",
          name: "exporter",
          props: { metadata: { name: "node-exporter", labels: { ...level("privileged") } } },
        },
      ],
    },
    fails: {
      "what is privileged": {
        stack: [enforcing("privileged")],
        says: /metadata\.labels\["pod-security\.kubernetes\.io\/enforce"\] is "privileged", expected "restricted"/,
      },
      baseline: { stack: [enforcing("baseline")], says: /is "baseline"/ },
      "a level that the API server does not know": {
        stack: [enforcing("Restricted")],
        says: /is "Restricted"/,
      },
      "a namespace named after nodes that warns of nothing": {
        stack: [
          {
            type: "kubernetes:core/v1:Namespace",
            props: {
              metadata: {
                name: "monitoring-nodes",
                labels: { "pod-security.kubernetes.io/enforce": "privileged" },
              },
            },
          },
        ],
        says: /is "privileged", expected "restricted"/,
      },
      "a namespace that a release makes": {
        stack: [
          {
            type: "kubernetes:helm.sh/v3:Release",
            props: { chart: "grafana", namespace: "grafana", createNamespace: true },
          },
        ],
        says: /createNamespace makes a namespace without labels/,
      },
      "a warning that refuses nobody": {
        stack: [namespace({ "pod-security.kubernetes.io/warn": "restricted" })],
        says: /enforce"\] is not set/,
      },
    },
    absent: { stack: [namespace({})], says: /enforce"\] is not set, expected "restricted"/ },
    unknown: [enforcing(unknown)],
  });
});

function deployment(namespace?: string): Given {
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: { metadata: { ...(namespace !== undefined && { namespace }) }, spec: { template: { spec: {} } } },
  };
}

function release(chart: string, namespace?: string): Given {
  return {
    type: "kubernetes:helm.sh/v3:Release",
    props: { chart, ...(namespace !== undefined && { namespace }), values: {} },
  };
}

function networkPolicy(spec: object, { namespace }: { namespace?: string | undefined } = where): Given {
  return {
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    name: "network-policy",
    props: { metadata: { ...(namespace !== undefined && { namespace }) }, spec },
  };
}

function ingress(...rules: object[]): Given {
  return networkPolicy({ podSelector: {}, policyTypes: ["Ingress"], ingress: rules });
}

function egress(...rules: object[]): Given {
  return networkPolicy({ podSelector: {}, policyTypes: ["Egress"], egress: rules });
}

function level(of: string): Record<string, string> {
  return { "pod-security.kubernetes.io/enforce": of, "pod-security.kubernetes.io/warn": of };
}

function enforcing(of: string): Given {
  return namespace(level(of));
}

function namespace(labels: object): Given {
  return { type: "kubernetes:core/v1:Namespace", props: { metadata: { name: "monitoring", labels } } };
}
