import * as operatedPolicies from "../../policies/resilience/operated.ts";
import { operatedReplicas, operatedResources } from "../../policies/resilience/operated.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const resources = { requests: { cpu: "1", memory: "4Gi" }, limits: { memory: "4Gi" } };
const affinity = { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [] } };

describe("Policies of resilience: what the operator runs", () => {
  testPolicy({
    policy: operatedResources,
    passes: {
      "a Prometheus that says what it needs": [operated("Prometheus", { resources })],
      "values that say it, and parts that are off": [
        values({ prometheus: { prometheusSpec: { resources } }, alertmanager: { enabled: false } }),
      ],
      "half of them among values, of which another policy tells": [
        values({
          prometheus: { prometheusSpec: { resources: { limits: { memory: "4Gi" } } } },
          alertmanager: { enabled: false },
        }),
      ],
    },
    fails: {
      "an Alertmanager without a limit": {
        stack: [operated("Alertmanager", { resources: { requests: resources.requests } })],
        says: /spec\.resources\.limits\.memory is not set/,
      },
      "a chart's Prometheus that asks for nothing": {
        stack: [values({ alertmanager: { enabled: false } })],
        says: /values\.prometheus\.prometheusSpec\.resources\.requests\.memory is not set/,
      },
    },
    absent: { stack: [operated("Prometheus", {})], says: /resources\.requests\.cpu is not set/ },
    unknown: [operated("Prometheus", { resources: unknown })],
  });

  testPolicy({
    policy: operatedReplicas,
    passes: {
      "two, apart": [operated("Prometheus", { replicas: 2, affinity })],
      "three, spread": [
        operated("Alertmanager", {
          replicas: 3,
          topologySpreadConstraints: [{ topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule" }],
        }),
      ],
    },
    fails: {
      one: {
        stack: [operated("Prometheus", { replicas: 1, affinity })],
        says: /spec\.replicas is 1, expected 2 or more/,
      },
      "two that may be on one node": {
        stack: [operated("ThanosRuler", { replicas: 2 })],
        says: /spec\.affinity\.podAntiAffinity is not set, so that all may be on one node/,
      },
    },
    absent: { stack: [operated("Alertmanager", { affinity })], says: /spec\.replicas is not set/ },
    unknown: [operated("Prometheus", { replicas: unknown, affinity })],
  });

  testNoneIsLeftOut(operatedPolicies);
});

function operated(kind: string, spec: object): Given {
  return { type: `kubernetes:monitoring.coreos.com/v1:${kind}`, props: { spec } };
}

function values(given: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: "kube-prometheus-stack", values: given } };
}
