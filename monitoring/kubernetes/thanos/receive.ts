/** Thanos Receive, where samples come by remote write. */
import type { System } from "../../model.ts";
import { receiveArguments } from "../../thanos/receive.ts";
import type { ClusterFacts } from "../model.ts";
import { portOf, serverName } from "./addresses.ts";
import { client, configMount, extraArguments, grpc, http, objectStoreFile } from "./arguments.ts";
import { receiverAddresses } from "./endpoints.ts";
import { configVolume, persistence, podValues } from "./pod.ts";

/**
 * Routers and ingesters in one: three pods that replicate three times hold everything each, so routers of their own
 * would only add a hop.
 */
export function receiveValues(system: System, facts: ClusterFacts): Record<string, unknown> {
  const { receive } = system.longTerm;
  if (system.longTerm.mode !== "receive" || receive === undefined) return { enabled: false };
  return {
    enabled: true,
    mode: "standalone",
    replicaCount: receive.replicas,
    tsdb: { retention: receive.retention, walCompression: true },
    hashrings: {
      autogen: { enabled: false },
      static: [{ hashring: "default", endpoints: receiverAddresses(system).map((address) => ({ address })) }],
    },
    service: {
      grpcPort: portOf(system, "thanos-receive", "grpc"),
      httpPort: portOf(system, "thanos-receive", "http"),
      remoteWritePort: portOf(system, "thanos-receive", "remote-write"),
    },
    vpa: { enabled: false },
    persistence: persistence(system, facts, "thanos-receive"),
    extraArgs: [
      ...extraArguments(
        receiveArguments(system, {
          http,
          grpc,
          client,
          remoteWriteListen: "",
          member: 1,
          localEndpoint: "",
          hashringFile: "",
          limitsFile: `${configMount}/limits.yml`,
          dataDirectory: "",
          objectStoreFile,
        }),
      ),
      // Peers are reached by their pods' names, and all show the Service's.
      `--remote-write.client-server-name=${serverName(system, "thanos-receive")}`,
    ],
    ...podValues(system, facts, "thanos-receive", [configVolume("thanos-receive")]),
  };
}
