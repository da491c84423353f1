/** The Alertmanagers of a running stack, as a drill that kills one of them needs to know them. */
import type { Component } from "../monitoring/model.ts";
import type { StackClient } from "./stackClient.ts";

export interface Member {
  readonly service: string;
  readonly pid: number;
}

/**
 * The Alertmanagers in the order in which they notify, that of their names in the cluster. Those that do not run do not
 * count.
 * @see https://github.com/prometheus/alertmanager/blob/v0.31.1/cluster/cluster.go (Position)
 * @throws when none runs.
 */
export async function inTurn(stack: StackClient): Promise<[Member, ...Member[]]> {
  const processes = await stack.processes();
  const running = serviceUrls(stack, "alertmanager").flatMap(({ service, url }) => {
    const pid = processes.get(service)?.pid;
    return pid === undefined ? [] : [{ service, pid, url }];
  });
  const members = await Promise.all(
    running.map(async (member) => ({ ...member, cluster: await clusterOf(stack, member.url) })),
  );
  const [first, ...others] = members
    .sort((one, other) => (one.cluster.name < other.cluster.name ? -1 : 1))
    .map(({ service, pid }) => ({ service, pid }));
  if (first === undefined)
    throw new Error("no alertmanager runs; start one: npm run service -- start alertmanager-1");
  return [first, ...others];
}

/** Whether every Alertmanager answers, sees all of the others and has settled, so that they notify as one. */
export async function clusterIsWhole(stack: StackClient): Promise<boolean> {
  const urls = serviceUrls(stack, "alertmanager");
  const clusters = await Promise.all(urls.map(async ({ url }) => clusterOf(stack, url)));
  return clusters.every(({ status, peers }) => status === "ready" && peers.length === urls.length);
}

/** Where each service of a component answers, past the edge. */
export function serviceUrls(
  { inventory }: StackClient,
  component: Component,
): { readonly service: string; readonly url: string }[] {
  return inventory.services
    .filter((service) => service.component === component)
    .flatMap(({ name, ports }) =>
      ports
        .filter((port) => port.name === "http")
        .map(({ address, number }) => ({ service: name, url: `https://${address}:${number}` })),
    );
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
