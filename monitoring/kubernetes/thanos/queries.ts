/** Thanos Query. */
import type { System } from "../../model.ts";
import { replicaLabels } from "../../thanos/common.ts";
import { queryArguments } from "../../thanos/query.ts";
import type { ClusterFacts } from "../model.ts";
import { replicasOf } from "../sizes.ts";
import { clusterName, portOf } from "./addresses.ts";
import { configMount, externalUrl, extraArguments, grpc, http, rulerReplicaLabel } from "./arguments.ts";
import { configVolume, podValues } from "./pod.ts";

/**
 * The queries. Autoscaling is an object of its own: the chart's knows CPU and memory only.
 *
 * The chart writes `replicas` whatever else it is told, and takes whole numbers only; without a value it would write
 * `replicas:` with nothing, which Helm's patch turns into the API's default of one. So an upgrade of the release begins
 * with the least number again, and {@link queryAutoscaling} lets it be the needed one at the next look, 15 s later.
 */
export function queryValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  return {
    enabled: true,
    replicaCount: replicasOf(system, "thanos-query"),
    service: {
      httpPort: portOf(system, "thanos-query", "http"),
      grpcPort: portOf(system, "thanos-query", "grpc"),
    },
    // What there is to ask is in the endpoint file: the flags `--endpoint*` leave after 0.43.
    endpoints: { autogen: { enabled: false }, static: [] },
    replicaLabels: deduplicated(system),
    extraArgs: extraArguments(
      queryArguments(system, {
        http,
        grpc,
        endpointsFile: `${configMount}/endpoints.yml`,
        externalUrl: externalUrl(facts),
      }),
    ),
    ...podValues(system, facts, "thanos-query", [configVolume("thanos-query")]),
  };
}

/** Labels by which copies of the same series differ: of a pair, of receivers and of rulers. */
export function deduplicated(system: System): string[] {
  const rulers = replicasOf(system, "thanos-ruler") > 0 ? [rulerReplicaLabel] : [];
  return [...replicaLabels(system), ...rulers];
}

/**
 * The queries' one address. Kubernetes takes a query that is not ready out of it, and who asks tries again: no listener
 * of our own stands between.
 */
export function queryUrl(system: System): string {
  return `http://${clusterName(system, "thanos-query")}:${String(portOf(system, "thanos-query", "http"))}`;
}
