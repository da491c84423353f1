/** Thanos on a cluster: what it needs, its release, the shared cache before it and the autoscaler of queries behind it. */
import type { System } from "../model.ts";
import { containerSecurity, serviceAccount } from "./exporters/pods.ts";
import { memcached } from "./memcached.ts";
import type { ClusterFacts, HelmRelease, Part } from "./model.ts";
import { objectStoreSecret } from "./names.ts";
import { queryAutoscaling } from "./queryAutoscaling.ts";
import { compactor } from "./thanos/compactor.ts";
import { configMaps, objectStore } from "./thanos/files.ts";
import { queryFrontend } from "./thanos/frontend.ts";
import { thanosImage } from "./thanos/image.ts";
import { queries } from "./thanos/queries.ts";
import { receiveValues } from "./thanos/receive.ts";
import { rulerValues } from "./thanos/ruler.ts";
import { services } from "./thanos/services.ts";
import { storeValues } from "./thanos/store.ts";
import { rulerConfigMaps } from "./ruleObjects.ts";
import { replicasOf } from "./sizes.ts";
import { workloads } from "./workloads.ts";

/** Name of the release, and prefix of all that it makes. */
const name = "thanos";

export function thanosParts(system: System, facts: ClusterFacts): Part[] {
  const before = [bucket(system, facts), ...memcached(system, facts)];
  const rules = rulerConfigMaps(system).length > 0 && replicasOf(system, "thanos-ruler") > 0;
  return [
    ...before,
    {
      name,
      about: "Thanos: what holds samples and history, and answers queries about them.",
      after: ["certificates", ...before.map((part) => part.name), ...(rules ? ["ruler-rules"] : [])],
      objects: [
        ...own(system).map((workload) => serviceAccount(workload)),
        ...configMaps(system, facts),
        ...services(system, facts),
      ],
      release: release(system, facts),
      ownsCloudResources: facts.peers.length > 0,
    },
    ...queries(system, facts),
    ...queryFrontend(system, facts),
    ...compactor(system, facts),
    ...queryAutoscaling(system, facts),
  ];
}

/** A part of its own, because Prometheus' sidecars read it as well. */
function bucket(system: System, facts: ClusterFacts): Part {
  return {
    name: "object-store",
    about: "Where the bucket is, and how it is written to; who may is a matter of identities.",
    after: ["foundation"],
    objects: [objectStore(system, facts)],
  };
}

const ownObjects: readonly string[] = ["thanos-query", "thanos-query-frontend", "thanos-compactor"];

/** The workloads of Thanos. */
function own(system: System) {
  return workloads(system).filter(({ selector }) => selector["app.kubernetes.io/name"] === "thanos");
}

function release(system: System, facts: ClusterFacts): HelmRelease {
  return {
    name,
    namespace: system.namespace,
    chart: "thanos",
    workloads: own(system)
      .map((workload) => workload.name)
      .filter((workload) => !ownObjects.includes(workload)),
    // StatefulSets start their pods one after the other.
    timeoutSeconds: 1_200,
    values: {
      fullnameOverride: name,
      global: {
        image: thanosImage(facts),
        containerSecurityContext: {
          ...containerSecurity,
          seccompProfile: { type: "RuntimeDefault" },
        },
        storageClass: facts.storageClass,
        objstore: {
          createSecret: false,
          secretName: objectStoreSecret.name,
          secretKey: objectStoreSecret.key,
        },
        rbac: { create: false },
        serviceAccount: { create: false, automountServiceAccountToken: false },
        // The chart's admit everything, its alerts and monitors are not the stack's, and its budgets are per component.
        networkPolicies: false,
        thanosRules: { enabled: false },
        serviceMonitor: { enabled: false },
        pdb: { enabled: false },
      },
      bucket: { enabled: false },
      // Objects of their own, with TLS: {@link ownThanos} says why.
      query: { enabled: false },
      queryFrontend: { enabled: false },
      compactor: { enabled: false },
      storegateway: storeValues(system, facts),
      receive: receiveValues(system, facts),
      ruler: rulerValues(system, facts),
      rustfs: { enabled: false },
      "kube-prometheus-stack": { enabled: false },
    },
  };
}
