/** Longest query that Prometheus and Thanos allow (their `--query.timeout` default), in seconds. */
export const queryTimeoutSeconds = 120;
