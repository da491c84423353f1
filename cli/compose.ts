/** `npm run compose`: a stack of this machine as Docker Compose files, for those who prefer containers. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { parseArgs } from "node:util";
import { writeComposeFolder } from "../components/compose/folder.ts";
import { prepareCompose, type PreparedCompose } from "../components/compose/prepare.ts";
import { parseConfig } from "../configuration/parse.ts";
import { readStackFiles } from "../configuration/stackFiles.ts";
import { repository } from "./engine.ts";
import { stackFileOf } from "./stackRoot.ts";
import { colour, fromCaller, run } from "./terminal.ts";

const help = `npm run compose -- STACK [--out DIR] [--subnet 10.89.231.0/24] [--secret NAME=FILE …]

Writes a stack (such as dev) as containers: DIR/compose.yaml with every file, password and certificate that the services
read. The services are those of npm start; only the edge is published, on 127.0.0.1. Neither Docker nor Pulumi is needed to
write it. Run it again after a change and before the certificates end (90 days): passwords and data stay.

  --out DIR           an empty folder, or this stack's own (default: .vigil/compose/STACK)
  --subnet A.B.C.0/24 the containers' private network (default: 10.89.231.0/24); two stacks on one host need two
  --secret NAME=FILE  value of a secret, kept in DIR/secrets; needed once. What Pulumi.STACK.yaml holds encrypted only
                      Pulumi can read, so it is made at random here unless it is given. A receiver without its address
                      sends nothing.

node-exporter sees the host's processors, memory and the disk of DIR; its network is the container's.`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: "string" },
      subnet: { type: "string", default: "10.89.231.0/24" },
      secret: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [stack, ...rest] = positionals;
  if (values.help || stack === undefined || rest.length > 0) {
    console.log(help);
    return values.help ? 0 : 1;
  }
  const directory = values.out ? fromCaller(values.out) : join(repository, ".vigil", "compose", stack);
  const stackFiles = readStackFiles(repository);
  const file = stackFileOf(stack, stackFiles);
  const config = parseConfig(file.raw, file.secretKeys, stack);
  const given = Object.fromEntries(values.secret.map(secretOf));
  const prepared = prepareCompose(config, {
    user: userOf(process.getuid?.(), process.getgid?.()),
    network: networkOf(values.subnet),
    project: relative(directory, repository).split(sep).join("/"),
    given: [...Object.keys(given), ...kept(directory)],
    stackFiles,
  });
  refuseUnknown(Object.keys(given), prepared);
  await writeComposeFolder(directory, prepared.plan, prepared.stack, given);
  for (const line of report(directory, prepared, Object.keys(config.secrets), Object.keys(given)))
    console.log(line);
  return 0;
});

/** Containers run as the person who writes the files; where the system has no such numbers, as an ordinary user. */
function userOf(uid = 1_000, gid = 1_000): string {
  return `${String(uid)}:${String(gid)}`;
}

function networkOf(subnet: string): string {
  const network = /^(10\.\d+\.\d+|172\.(?:1[6-9]|2\d|3[01])\.\d+|192\.168\.\d+)\.0\/24$/.exec(subnet)?.[1];
  if (network?.split(".").every((part) => Number(part) <= 255) === true) return network;
  throw new Error(
    `--subnet: got ${subnet}, expected a private network of 256 addresses such as 10.89.231.0/24`,
  );
}

function secretOf(option: string): [name: string, value: string] {
  const [, name, path] = /^([\w.-]+)=(.+)$/.exec(option) ?? [];
  if (name === undefined || path === undefined)
    throw new Error(`--secret: got "${option}", expected NAME=FILE such as webhook-url=url.txt`);
  return [name, readFileSync(fromCaller(path), "utf8").trim()];
}

/** Secrets that an earlier run has stored. */
function kept(directory: string): string[] {
  try {
    return readdirSync(join(directory, "secrets")).filter((name) => !name.endsWith(".bcrypt"));
  } catch {
    return [];
  }
}

function refuseUnknown(names: readonly string[], { plan }: PreparedCompose): void {
  const known = plan.secrets.map(({ name }) => name);
  for (const name of names)
    if (!known.includes(name))
      throw new Error(`--secret: the stack has no secret "${name}"; it has ${known.join(", ")}`);
}

function report(
  directory: string,
  { plan, layout, silent }: PreparedCompose,
  encrypted: readonly string[],
  given: readonly string[],
): string[] {
  const unread = encrypted.filter((name) => !given.includes(name) && !kept(directory).includes(name));
  const note = (text: string): string => `${colour("amber", "note:")} ${text}`;
  return [
    `${String(plan.services.length)} containers in ${join(directory, "compose.yaml")}`,
    ...unread.map((name) =>
      note(`${name} is encrypted in the stack's file, which only Pulumi reads: --secret ${name}=FILE`),
    ),
    ...silent.map((name) =>
      note(`alerts for receiver ${name} are shown but sent to nobody: give its address with --secret`),
    ),
    "",
    `Start   docker compose -f ${join(directory, "compose.yaml")} up -d`,
    `Open    https://${layout.edgeHost}:${String(layout.edge.home)}, user ${layout.users.human}, password in ${join(directory, "secrets", "human")}`,
    `Trust   ${join(directory, "tls", "ca.crt")}`,
  ];
}
