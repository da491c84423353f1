import * as workloadPolicies from "../../policies/resilience/workloads.ts";
import { podAutoscaler, podBudget, podReplicas } from "../../policies/resilience/workloads.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const deployment = "kubernetes:apps/v1:Deployment";
const statefulSet = "kubernetes:apps/v1:StatefulSet";

const own = { matchLabels: { app: "query" } };
const byNode = { topologyKey: "kubernetes.io/hostname", labelSelector: own };
const byZone = { topologyKey: "topology.kubernetes.io/zone", labelSelector: own };
const apart = required(byNode);

describe("Policies of resilience: more than one, apart", () => {
  testPolicy({
    policy: podReplicas,
    passes: {
      "two on different nodes": [replicated(2, apart)],
      "three over zones": [replicated(3, { topologySpreadConstraints: [{ maxSkew: 1, ...byZone }] })],
      "two that had better be on different nodes": [
        replicated(2, {
          affinity: {
            podAntiAffinity: {
              preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 100, podAffinityTerm: byNode }],
            },
          },
        }),
      ],
      "a selector by expressions": [
        replicated(2, required({ ...byNode, labelSelector: expressions("In", ["query", "store"]) })),
      ],
      "as many as an autoscaler says": [replicated(undefined, apart)],
      "a set of them": [{ ...replicated(2, apart), type: statefulSet }],
      "a compactor": [replicated(1, { containers: [{ args: ["compact", "--wait"] }] })],
      "a compactor by its command": [
        replicated(1, { containers: [{ command: ["/bin/thanos", "compact", "--wait"] }] }),
      ],
      "what must be one, and says so": [replicated(1, {}, { strategy: { type: "Recreate" } })],
      "one of every node": [{ ...replicated(1, {}), type: "kubernetes:apps/v1:DaemonSet" }],
    },
    fails: {
      one: { stack: [replicated(1, apart)], says: /spec\.replicas is 1, expected 2 or more/ },
      "a word for one": { stack: [replicated("1", apart)], says: /spec\.replicas is "1", expected 2/ },
      "one of a set": {
        stack: [{ ...replicated(1, apart), type: statefulSet }],
        says: /spec\.replicas is 1/,
      },
      "two that may share a node": {
        stack: [replicated(2, {})],
        says: /spec\.template\.spec\.affinity\.podAntiAffinity is not set/,
      },
      "two that choose their nodes only": {
        stack: [replicated(2, { affinity: { nodeAffinity: {} } })],
        says: /podAntiAffinity is not set/,
      },
      "two that are updated one by one": {
        stack: [replicated(1, apart, { strategy: { type: "RollingUpdate" } })],
        says: /spec\.replicas is 1/,
      },
      "no number": { stack: [replicated("many", apart)], says: /spec\.replicas is "many"/ },
      "apart by nothing": {
        stack: [replicated(2, { affinity: { podAntiAffinity: {} } })],
        says: /podAntiAffinity is not set/,
      },
      "apart from others": {
        stack: [replicated(2, required({ ...byNode, labelSelector: { matchLabels: { app: "store" } } }))],
        says: /podAntiAffinity keeps its own pods apart neither by node nor by zone/,
      },
      "apart from others, by expressions": {
        stack: [replicated(2, required({ ...byNode, labelSelector: expressions("NotIn", ["query"]) }))],
        says: /keeps its own pods apart neither/,
      },
      "apart by operating system": {
        stack: [replicated(2, required({ ...byNode, topologyKey: "kubernetes.io/os" }))],
        says: /keeps its own pods apart neither/,
      },
      "spread without a selector": {
        stack: [replicated(2, { topologySpreadConstraints: [{ topologyKey: byZone.topologyKey }] })],
        says: /keeps its own pods apart neither/,
      },
    },
    absent: { stack: [replicated(undefined, {})], says: /podAntiAffinity is not set/ },
    unknown: [replicated(unknown, apart)],
  });

  testPolicy({
    policy: podAutoscaler,
    passes: {
      "a number": [replicated(2, apart)],
      "an autoscaler from 2 to 10": [replicated(undefined, apart), autoscaler({ minReplicas: 2 })],
      "KEDA's": [
        replicated(undefined, apart),
        {
          type: "kubernetes:keda.sh/v1alpha1:ScaledObject",
          name: "scaled",
          props: {
            metadata: { namespace: "monitoring" },
            spec: { minReplicaCount: 2, scaleTargetRef: { name: "query" } },
          },
        },
      ],
      "what must be one, and says so": [replicated(undefined, {}, { strategy: { type: "Recreate" } })],
    },
    fails: {
      "an autoscaler that goes down to one": {
        stack: [replicated(undefined, apart), autoscaler({ minReplicas: 1 })],
        says: /^scaler .*: spec\.minReplicas is 1, expected 2 or more/m,
      },
      "an autoscaler with Kubernetes' own least": {
        stack: [replicated(undefined, apart), autoscaler({})],
        says: /spec\.minReplicas is not set, expected 2/,
      },
      "the autoscaler of another": {
        stack: [
          replicated(undefined, apart),
          autoscaler({ minReplicas: 2, scaleTargetRef: { kind: "Deployment", name: "store" } }),
        ],
        says: /^subject .*: spec\.replicas is not set, which is 1/m,
      },
      "the autoscaler of a set with the same name": {
        stack: [
          replicated(undefined, apart),
          autoscaler({ minReplicas: 2, scaleTargetRef: { kind: "StatefulSet", name: "query" } }),
        ],
        says: /^subject .*: spec\.replicas is not set/m,
      },
      "the autoscaler of another namespace": {
        stack: [replicated(undefined, apart), autoscaler({ minReplicas: 2 }, "other")],
        says: /^subject .*: spec\.replicas is not set/m,
      },
    },
    absent: { stack: [replicated(undefined, apart)], says: /spec\.replicas is not set, which is 1/ },
    unknown: [replicated(undefined, apart), autoscaler({ minReplicas: unknown })],
  });

  testPolicy({
    policy: podBudget,
    passes: {
      "one at a time": [replicated(2, apart), budget({ maxUnavailable: 1 })],
      "one that always stays": [replicated(2, apart), budget({ minAvailable: 1 })],
      "half of them": [replicated(4, apart), budget({ minAvailable: "50%" })],
      "a budget for everything in the namespace": [
        replicated(2, apart),
        budget({ maxUnavailable: 1, selector: {} }),
      ],
      "what is one": [replicated(1, apart)],
      "what must be one, and says so": [replicated(undefined, {}, { strategy: { type: "Recreate" } })],
    },
    fails: {
      "the budget of another": {
        stack: [
          replicated(2, apart),
          budget({ maxUnavailable: 1, selector: { matchLabels: { app: "store" } } }),
        ],
        says: /^subject .*: has no budget for disruptions/m,
      },
      "the budget of another namespace": {
        stack: [replicated(2, apart), budget({ maxUnavailable: 1 }, "other")],
        says: /has no budget/,
      },
      "a budget that chooses nothing": {
        stack: [replicated(2, apart), budget({ maxUnavailable: 1, selector: undefined })],
        says: /has no budget/,
      },
      "as many as an autoscaler says, without one": {
        stack: [replicated(undefined, apart)],
        says: /has no budget/,
      },
      "none at a time": {
        stack: [replicated(2, apart), budget({ maxUnavailable: 0 })],
        says: /^budget .*: spec lets no node be drained/m,
      },
      "all that must stay": {
        stack: [replicated(2, apart), budget({ minAvailable: "100%" })],
        says: /lets no node be drained/,
      },
      "all at a time": {
        stack: [replicated(2, apart), budget({ maxUnavailable: "100%" })],
        says: /lets all of its pods be taken at once/,
      },
      "none that must stay": {
        stack: [replicated(2, apart), budget({ minAvailable: 0 })],
        says: /lets all of its pods be taken at once/,
      },
      "a budget that says nothing": {
        stack: [replicated(2, apart), budget({})],
        says: /spec\.maxUnavailable is not set/,
      },
    },
    absent: { stack: [replicated(3, apart)], says: /has no budget for disruptions/ },
    unknown: [replicated(2, apart), budget({ maxUnavailable: unknown })],
  });

  testNoneIsLeftOut(workloadPolicies);
});

/** A Deployment `query` with as many pods, labelled `app: query`. */
function replicated(replicas: unknown, podSpec: object, more: object = {}): Given {
  return {
    type: deployment,
    props: {
      metadata: { name: "query", namespace: "monitoring" },
      spec: {
        ...(replicas !== undefined && { replicas }),
        ...more,
        template: { metadata: { labels: { app: "query" } }, spec: { containers: [{}], ...podSpec } },
      },
    },
  };
}

function required(term: object): object {
  return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
}

function expressions(operator: string, values: readonly string[]): object {
  return { matchExpressions: [{ key: "app", operator, values }] };
}

function autoscaler(spec: object, namespace = "monitoring"): Given {
  return {
    type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    name: "scaler",
    props: {
      metadata: { namespace },
      spec: { scaleTargetRef: { kind: "Deployment", name: "query" }, maxReplicas: 10, ...spec },
    },
  };
}

function budget(spec: object, namespace = "monitoring"): Given {
  return {
    type: "kubernetes:policy/v1:PodDisruptionBudget",
    name: "budget",
    props: { metadata: { namespace }, spec: { selector: own, ...spec } },
  };
}
