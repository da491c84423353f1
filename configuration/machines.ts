/** What a stack on hosts says of its machines: those that exist, what is created in a cloud, and what runs on them. */
import type { z } from "zod";
import { cidr } from "./cluster.ts";
import { address as hostAndPort, exactly, flag, integer, listOf, mapOf, oneOf, text } from "./values.ts";
import { z as zod } from "zod";

const optionalText = zod.string({ error: "a text" }).trim().default("");
const octet = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const address = text.regex(new RegExp(`^${octet}(?:\\.${octet}){3}$`), {
  error: "an IPv4 address, such as 10.0.0.4",
});
const port = integer(1, 65_535);
const machineName = text.regex(/^[a-z](?:[a-z0-9-]{0,13}[a-z0-9])?$/, {
  error: "a name of up to 15 small letters, digits and hyphens, such as node-1",
});
const sha256 = text.regex(/^[0-9a-f]{64}$/, { error: "a SHA-256 of 64 small hexadecimal digits" });
const download = exactly({
  url: text.regex(/^https:\/\/[^\s/]+\/\S+$/, {
    error: "an address that begins with https:// and names a file",
  }),
  sha256,
});
/** As `ssh-keyscan` prints it, without the host: what the provider parses with ssh.ParseAuthorizedKey. */
const hostKey = text.regex(
  /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(?:256|384|521)) [A-Za-z0-9+/]{40,}={0,3}$/,
  {
    error:
      "a host's public key such as \"ssh-ed25519 AAAA…\", as `ssh-keyscan HOST` prints it after the host's name",
  },
);
const secretName = text.regex(/^[a-z][a-z0-9-]{0,62}$/, {
  error: "the name of a secret under vigil:secrets, such as ssh-key",
});
/** Windows' own rules for a folder, without what a service's command line or HAProxy's configuration cannot hold. */
const directory = zod
  .string({ error: "a path" })
  .regex(/^(?:[A-Za-z]:(?:\\[A-Za-z0-9._-]+)+|\/[A-Za-z0-9._/-]+)?$/, {
    error:
      "an absolute path such as C:\\Prometheus or /opt/vigil, of letters, digits, dots, hyphens and underscores",
  });

const existing = exactly({
  name: machineName,
  /** A node runs Windows, an edge Linux. */
  role: oneOf("node", "edge"),
  /** By which the other machines reach it. */
  address,
  /** `local`: Pulumi runs on this machine itself. */
  connection: oneOf("ssh", "local").default("ssh"),
  /** By which Pulumi reaches it. @default its address */
  host: text
    .regex(/^[A-Za-z0-9._:-]+$/, { error: "a host's name or address, without a port" })
    .exactOptional(),
  port: port.default(22),
  user: text.regex(/^[^\s"'$`]+$/, { error: "a user's name without spaces and quotes" }).exactOptional(),
  hostKey: hostKey.exactOptional(),
  /** The private key, by the name of its secret. */
  keySecret: secretName.exactOptional(),
  /** A password instead of a key, by the name of its secret. */
  passwordSecret: secretName.exactOptional(),
  /** The WSL distribution in which HAProxy runs, as `wsl --list` names it. */
  distribution: text
    .regex(/^[A-Za-z0-9._-]+$/, { error: "a distribution of `wsl --list`, such as Debian" })
    .exactOptional(),
});

const byRole = exactly({ node: optionalText, edge: optionalText, history: optionalText }).default({
  node: "",
  edge: "",
  history: "",
});

/** Plugins of data sources beyond Prometheus: `GrafanaPlugin` in monitoring/dashboards/provisioning.ts. */
const plugin = oneOf("grafana-clickhouse-datasource", "vertamedia-clickhouse-datasource", "redis-datasource");

export const machines = exactly({
  existing: listOf(existing).default([]),
  /** A cloud's names of sizes, such as Standard_D2s_v5 or m7i.large. */
  sizes: byRole,
  /** A cloud's images: Azure's publisher:offer:sku:version, an AMI's id. */
  images: byRole,
  /** Networks from which people may reach the edge. */
  people: listOf(cidr).default([]),
  /** The address that two edges on a network of one's own share. */
  virtualAddress: address.or(zod.literal("")).default(""),
  /** What makes a program a Windows service. */
  wrapper: oneOf("winsw", "nssm", "shawl").default("winsw"),
  /** Programs from another place, or of another version. */
  downloads: mapOf(download).default({}),
  /** Where HAProxy runs. `auto`: on Linux machines, on a desktop in WSL2. */
  haproxy: oneOf("auto", "linux", "wsl", "windows").default("auto"),
  /** Whether a machine with Thanos' store, compactor and ruler works on a bucket. */
  history: flag.default(false),
  /** Azure: whether a Bastion leads to the machines. */
  bastion: flag.default(false),
  /** Other ports than the usual, by COMPONENT.PURPOSE or edge.NAME. */
  ports: mapOf(port).default({}),
  grafana: exactly({
    plugins: listOf(plugin).default([]),
    /** Where ClickHouse answers Grafana's plugin, and as whom it asks. */
    clickhouse: exactly({ address: hostAndPort, username: text.default("default") }).exactOptional(),
  }).default({ plugins: [] }),
  /** Whether data stays on a machine when the stack, or a service of it, goes. */
  keepData: flag.default(true),
  /** Instead of C:\Prometheus. */
  directory: directory.default(""),
});

export type MachinesConfig = z.output<typeof machines>;
export type ExistingMachine = MachinesConfig["existing"][number];
