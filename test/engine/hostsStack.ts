/** A pair of Windows machines and an edge that exist, reached by SSH: what the tests of hosts deploy to. */
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { hostPlan } from "../../components/windows/hostPlan.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { prepareStack } from "../../configuration/prepare.ts";
import type { MachineStep } from "../../monitoring/machines.ts";
import { systems } from "../../systems/index.ts";
import { SimulatedStack, type StateResource } from "./simulatedStack.ts";

const hostKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${"A".repeat(43)}`;

/** As somebody would choose it to see what breaks. Quotes, a percent sign, a dollar, a backtick, two lines. */
export const oddPassword = "Marked'\"%PATH%$HOME`whoami`\n$(exit 1)";

const sha256 = (name: string): string => createHash("sha256").update(name).digest("hex");

/** Builds whose checksums the configuration has to give. */
export const downloads = Object.fromEntries(
  ["thanos", "alertmanager", "blackbox_exporter", "redis_exporter", "thanos-linux"].map((name) => [
    name,
    {
      url: `https://builds.example.com/${name}-1.0.0${name.endsWith("linux") ? ".tar.gz" : ".zip"}`,
      sha256: sha256(name),
    },
  ]),
);

const machine = (name: string, role: string, address: string) => ({
  name,
  role,
  address,
  user: "deployer",
  hostKey,
});

export const pair = [
  machine("node-1", "node", "10.0.0.11"),
  machine("node-2", "node", "10.0.0.12"),
  machine("edge-1", "edge", "10.0.0.21"),
  machine("edge-2", "edge", "10.0.0.22"),
];

export type Ports = Readonly<Record<string, number>>;

/** `vigil:` keys without the prefix. */
export function hostsConfig(ports: Ports = {}): Record<string, unknown> {
  return {
    system: "trade",
    platform: "windows-existing",
    environment: "production",
    grafana: "off",
    machines: { existing: pair, people: ["10.20.0.0/16"], virtualAddress: "10.0.0.20", downloads, ports },
  };
}

export async function hostsStack(): Promise<SimulatedStack> {
  return SimulatedStack.create(hostsConfig(), {
    human: oddPassword,
    "ssh-key": "Marked private key",
    "webhook-url": "https://hooks.example.com/Marked",
  });
}

/** The steps that the same configuration asks for, without an engine. */
export function stepsWith(ports: Ports): ReadonlyMap<string, MachineStep> {
  const raw = Object.fromEntries(
    Object.entries(hostsConfig(ports)).map(([key, value]) => [
      `vigil:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const config = parseConfig(raw, [], "test");
  const { system } = prepareStack(config, { systems });
  return new Map(hostPlan(config, system, { dashboards: [] }).steps.map((step) => [step.name, step]));
}

/** The commands of a state by the name of their step. */
export function carriedIn(state: readonly StateResource[]): ReadonlyMap<string, StateResource> {
  return new Map(
    state
      .filter(({ type }) => /^command:(?:remote|local):Command$/.test(type))
      .map((resource) => [resource.urn.split("::").at(-1) ?? "", resource]),
  );
}

/** What a step says to its machine: whose it is, what it runs, what takes it back. */
export function said({ inputs }: StateResource): { label: string; install: string; remove: string } {
  const [label = "", install = "", remove = ""] = String(inputs["stdin"]).split("\n");
  const opened = (packed: string): string => gunzipSync(Buffer.from(packed, "base64")).toString();
  return { label, install: opened(install), remove: opened(remove) };
}
