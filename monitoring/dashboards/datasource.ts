/** Identities by which dashboards name data sources; provisioning creates them under the same. */
export const datasourceUids = {
  /** Prometheus data of all replicas, deduplicated by Thanos Query. */
  query: "vigil-query",
  redis: "vigil-redis",
  clickhouse: "vigil-clickhouse",
} as const;

export const queryDatasource = { type: "prometheus", uid: datasourceUids.query };
