/** The exporters that stand between Prometheus and what speaks no metrics itself: Redis, PostgreSQL, and probes from outside. */
export { blackboxExporter } from "./exporters/blackbox.ts";
export { postgresExporter } from "./exporters/postgres.ts";
export { redisExporter } from "./exporters/redis.ts";
