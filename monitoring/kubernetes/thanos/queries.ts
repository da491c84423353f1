/** Thanos Query. */
import type { System } from "../../model.ts";
import { queryArguments } from "../../thanos/query.ts";
import type { ClusterFacts, Part } from "../model.ts";
import { replicasOf, scalesQueries } from "../sizes.ts";
import { clusterName, portOf } from "./addresses.ts";
import { configMount, externalUrl, grpc, rulerReplicaLabel } from "./arguments.ts";
import { ownThanos } from "./ownThanos.ts";
import { configVolume } from "./pod.ts";

const name = "thanos-query";

/** Empty where the system has none. */
export function queries(system: System, facts: ClusterFacts): Part[] {
  if (replicasOf(system, name) === 0) return [];
  const rulers = replicasOf(system, "thanos-ruler") > 0;
  return [
    {
      name: "query",
      about: "Thanos Query: one answer from every replica, the bucket and other clusters.",
      after: ["thanos"],
      objects: ownThanos(system, facts, name, {
        container: "query",
        autoscaled: scalesQueries(system),
        args: (http) => [
          ...queryArguments(system, {
            http,
            grpc,
            // What there is to ask is in the endpoint file: the flags `--endpoint*` leave after 0.43.
            endpointsFile: `${configMount}/endpoints.yml`,
            externalUrl: externalUrl(facts),
          }),
          ...(rulers ? [`--query.replica-label=${rulerReplicaLabel}`] : []),
        ],
        files: [configVolume(name)],
      }),
    },
  ];
}

/**
 * The queries' one address. Kubernetes takes a query that is not ready out of it, and who asks tries again: no listener
 * of our own stands between.
 */
export function queryUrl(system: System): string {
  return `https://${clusterName(system, name)}:${String(portOf(system, name, "http"))}`;
}
