/**
 * The endpoint file of Thanos Query: every Store API of the cluster and the queries of other clusters, over mutual TLS.
 *
 * Thanos passes a client configuration of its own only to groups and to fixed addresses; what it finds by DNS gets the
 * default one (cmd/thanos/endpointset.go). So the sidecars, whose number follows the shards of Prometheus, own the default.
 */
import type { System } from "../../model.ts";
import { toYaml } from "../../yaml.ts";
import type { ClusterFacts, PeerCluster } from "../model.ts";
import { tlsMount } from "../names.ts";
import { replicasOf } from "../sizes.ts";
import { clusterName, podNames, portOf, serverName, storeReplicas, storeShardService } from "./addresses.ts";

interface Endpoint {
  readonly address: string;
  /** Its members hold the same: one of them is asked at a time, and another one when it is gone. */
  readonly group?: boolean;
  readonly client_config?: { readonly server_name: string };
}

/** Text of the file; it is re-read while the process runs. */
export function renderClusterEndpoints(system: System, facts: ClusterFacts): string {
  const sidecars = system.longTerm.mode === "sidecar";
  return toYaml({
    default_client_config: {
      tls_config: {
        enabled: true,
        ca_file: `${tlsMount}/ca.crt`,
        cert_file: `${tlsMount}/tls.crt`,
        key_file: `${tlsMount}/tls.key`,
        min_version: "1.3",
      },
      server_name: sidecars ? serverName(system, "prometheus") : undefined,
    },
    endpoints: [
      ...(sidecars ? [sidecar(system)] : receivers(system)),
      ...stores(system),
      ...rulers(system),
      ...facts.peers.map(peer),
    ],
  });
}

function sidecar(system: System): Endpoint {
  const port = String(portOf(system, "prometheus", "grpc"));
  return { address: `dns+${clusterName(system, "prometheus-operated")}:${port}` };
}

/** Each holds its own share of the latest samples. */
function receivers(system: System): Endpoint[] {
  return receiverAddresses(system).map((address) => fixed(address, serverName(system, "thanos-receive")));
}

/** Addresses of the receivers as the hashring writes them: what a receiver calls itself must be one of them. */
export function receiverAddresses(system: System): string[] {
  const port = String(portOf(system, "thanos-receive", "grpc"));
  return podNames("thanos-receive", system.longTerm.receive?.replicas ?? 0).map(
    (pod) => `${pod}.${clusterName(system, "thanos-receive-headless")}:${port}`,
  );
}

function stores(system: System): Endpoint[] {
  if (storeReplicas(system) === 0) return [];
  const port = String(portOf(system, "thanos-store", "grpc"));
  return Array.from({ length: system.longTerm.store.shards }, (_, shard) => ({
    address: `dns+${clusterName(system, storeShardService(system, shard))}:${port}`,
    group: true,
    client_config: { server_name: serverName(system, "thanos-store") },
  }));
}

/** Both are asked, because one that was restarted has a hole where the other has none. */
function rulers(system: System): Endpoint[] {
  const replicas = replicasOf(system, "thanos-ruler");
  if (replicas === 0) return [];
  const port = String(portOf(system, "thanos-ruler", "grpc"));
  return podNames("thanos-ruler", replicas).map((pod) =>
    fixed(`${clusterName(system, pod)}:${port}`, serverName(system, "thanos-ruler")),
  );
}

function peer({ address, serverName: given }: PeerCluster): Endpoint {
  return fixed(address, given ?? address.replace(/:\d+$/, ""));
}

function fixed(address: string, name: string): Endpoint {
  return { address, client_config: { server_name: name } };
}
