/** The JSON that tells the home page and `status` which servers are up. */
import type { Layout } from "../hosts.ts";
import { pools } from "./backends.ts";

/**
 * The rule that answers `/health`:
 * `{"pools":[{"name":"prometheus","usable":1,"total":2,"servers":{"prometheus-1":true,"prometheus-2":false}}]}`.
 * `usable` counts what can take requests now: one that is still completing its answers does only when there is nothing better.
 */
export function healthAnswer(layout: Layout, member?: number): string {
  const entries = pools(layout, member).map(({ name, backend, servers }) => {
    const states = servers.map(
      (server) => `"${server.name}":%[srv_is_up(${backend}/${server.name}),iif(true,false)]`,
    );
    return `{"name":"${name}","usable":%[nbsrv(${backend})],"total":${String(servers.length)},"servers":{${states.join(",")}}}`;
  });
  return (
    "http-request return status 200 content-type application/json hdr Cache-Control no-store " +
    `lf-string '{"pools":[${entries.join(",")}]}' if { path /health }`
  );
}
