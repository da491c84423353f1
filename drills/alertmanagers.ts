/** The Alertmanagers of a running stack, as a drill that kills one of them needs to know them. */
import type { StackClient } from "./stackClient.ts";

export interface Member {
  readonly service: string;
  readonly pid: number;
}

/**
 * The Alertmanager that notifies first: they wait in the order of their names in the cluster, which are made anew at each
 * start. Those that do not run do not count.
 * @see https://github.com/prometheus/alertmanager/blob/v0.31.1/cluster/cluster.go (Position)
 * @throws when none runs.
 */
export async function nextToNotify(stack: StackClient): Promise<Member> {
  const processes = await stack.processes();
  const running = stack.inventory.services.flatMap((service) => {
    const pid = processes.get(service.name)?.pid;
    const port = service.ports.find(({ name }) => name === "http");
    if (service.component !== "alertmanager" || pid === undefined || port === undefined) return [];
    return [{ service: service.name, pid, url: `https://${port.address}:${port.number}` }];
  });
  const members = await Promise.all(
    running.map(async (member) => ({ ...member, cluster: await clusterOf(stack, member.url) })),
  );
  const [first] = members.sort((one, other) => (one.cluster.name < other.cluster.name ? -1 : 1));
  if (first === undefined)
    throw new Error("no alertmanager runs; start one: npm run service -- start alertmanager-1");
  return { service: first.service, pid: first.pid };
}

/** Waits for nothing: the number of members that an Alertmanager sees now, itself included. */
export async function clusterSizes(stack: StackClient): Promise<number[]> {
  const urls = stack.inventory.services
    .filter(({ component }) => component === "alertmanager")
    .flatMap(({ ports }) => ports.filter(({ name }) => name === "http"))
    .map((port) => `https://${port.address}:${port.number}`);
  return Promise.all(urls.map(async (url) => (await clusterOf(stack, url)).peers.length));
}

interface Cluster {
  readonly status: "ready" | "settling" | "disabled";
  readonly name: string;
  readonly peers: readonly { readonly name: string }[];
}

async function clusterOf(stack: StackClient, url: string): Promise<Cluster> {
  const { status, body } = await stack.request(`${url}/api/v2/status`);
  if (status !== 200) throw new Error(`${url}/api/v2/status answered ${status}: ${body}`);
  return (JSON.parse(body) as { cluster: Cluster }).cluster;
}
