/** Thanos Query Frontend: what people, Grafana and the edge ask. */
import type { System } from "../../model.ts";
import { queryFrontendArguments } from "../../thanos/queryFrontend.ts";
import type { ClusterFacts, Part } from "../model.ts";
import { replicasOf } from "../sizes.ts";
import { configMount } from "./arguments.ts";
import { ownThanos } from "./ownThanos.ts";
import { configVolume } from "./pod.ts";
import { queryUrl } from "./queries.ts";

const name = "thanos-query-frontend";

/** Behind the queries: a frontend is ready only when they answer. Empty where the system has none. */
export function queryFrontend(system: System, facts: ClusterFacts): Part[] {
  if (replicasOf(system, name) === 0) return [];
  return [
    {
      name: "query-frontend",
      about: "Splits long queries, caches their answers and tries again: what dashboards and people ask.",
      after: ["query"],
      objects: ownThanos(system, facts, name, {
        container: "query-frontend",
        args: (http) =>
          queryFrontendArguments({
            http,
            downstreamUrl: queryUrl(system),
            downstreamTripperFile: `${configMount}/downstream.yml`,
            responseCacheFile: `${configMount}/response-cache.yml`,
          }),
        files: [configVolume(name)],
      }),
    },
  ];
}
