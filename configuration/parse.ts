import type { z } from "zod";
import type { Changes } from "../monitoring/extend.ts";
import type { Duration, Platform, SystemParameters } from "../monitoring/model.ts";
import { FindingsError, type Finding } from "../monitoring/checks/finding.ts";
import { suggestion } from "../monitoring/nearest.ts";
import { changesOf } from "./changes.ts";
import { removal } from "./commands.ts";
import type { ClusterConfig } from "./cluster.ts";
import { issueFindings } from "./issues.ts";
import {
  keyNames,
  keys,
  type ConfigurationType,
  type KeyName,
  type systemNames,
  type Values,
} from "./keys.ts";
import type { MachinesConfig } from "./machines.ts";
import { awkwardSecrets, secretFormFindings } from "./secretForm.ts";

/** A stack's configuration. `Secret` is the text itself, or Pulumi's wrapping of it. */
export interface StackConfig<Secret = string> {
  readonly stack: string;
  readonly system: (typeof systemNames)[number];
  readonly platform: Platform;
  readonly parameters: SystemParameters;
  /** Where a local stack lives, relative to the project's root. @default ".vigil/stacks/<stack>" */
  readonly directory: string;
  /** A local stack uses this port and the 199 after it. */
  readonly portBase: number;
  /** Loopback address of a local stack. */
  readonly address: string;
  /** Prometheus' block length; less than 2 h is for tests. */
  readonly blockDuration: Duration;
  /** How many times as quick the rules about the stack itself are; above 1 is for drills and tests. */
  readonly timeScale: number;
  /** Raised by one to have every certificate issued anew. */
  readonly certificateRotation: number;
  /** User name of people. */
  readonly human: string;
  readonly secrets: Readonly<Record<string, Secret>>;
  /** Names of the secrets that a text in quotes cannot hold: see configuration/secretForm.ts. */
  readonly awkwardSecrets: readonly string[];
  readonly grafana: "auto" | "on" | "off";
  /** Whether a demo of the watched system runs: only ever for trade on a local stack. */
  readonly demo: boolean;
  /** What this stack changes in its system. */
  readonly changes: Changes;
  /** Read by the Kubernetes platforms only. */
  readonly kubernetes: ClusterConfig;
  /** Read by the Windows platforms only. */
  readonly machines: MachinesConfig;
}

const project = "vigil:";

/**
 * Reads a stack's configuration as Pulumi hands it to a program: every value a text, structures as JSON. Keys of other
 * projects (`aws:region`) are left alone.
 *
 * @param secretKeys keys that hold a secret anywhere in their value; these values appear in no error
 * @throws {FindingsError} with everything that is wrong
 */
export function parseConfig(
  raw: Readonly<Record<string, string>>,
  secretKeys: Iterable<string> = [],
  stack = "dev",
): StackConfig {
  const reading: Reading = { raw, secretKeys: new Set(secretKeys), stack };
  const findings = [...unknownKeys(reading), ...plaintextSecrets(reading)];
  const values = Object.fromEntries(keyNames.map((name) => [name, readKey(name, reading, findings)]));
  findings.push(...secretFormFindings(values, stack));
  if (findings.length > 0) throw new FindingsError(findings);
  return stackConfig(stack, values as Values);
}

interface Reading {
  readonly raw: Readonly<Record<string, string>>;
  readonly secretKeys: ReadonlySet<string>;
  readonly stack: string;
}

function stackConfig(stack: string, values: Values): StackConfig {
  const { system, platform, environment, region, layout } = values;
  return {
    stack,
    system,
    platform,
    parameters: { environment, region, layout },
    directory: values.directory === "" ? `.vigil/stacks/${stack}` : values.directory,
    portBase: values.portBase,
    address: values.address,
    blockDuration: values.blockDuration,
    timeScale: values.timeScale,
    certificateRotation: values.certificates.rotation,
    human: values.users.human,
    secrets: values.secrets,
    awkwardSecrets: awkwardSecrets(values.secrets),
    grafana: values.grafana,
    demo: values.demo && system === "trade" && platform === "local",
    changes: changesOf(values),
    kubernetes: {
      cluster: values.cluster,
      network: values.network,
      storage: values.storage,
      oidc: values.oidc,
      edge: values.edge,
      globalView: values.globalView,
      images: values.images,
    },
    machines: values.machines,
  };
}

function unknownKeys({ raw, stack }: Reading): Finding[] {
  const own = Object.keys(raw).filter((key) => key.startsWith(project));
  return own
    .map((key) => key.slice(project.length))
    .filter((name) => !Object.hasOwn(keys, name))
    .map((name) => ({
      key: project + name,
      message: `unknown key, ${suggestion(name, keyNames)}`,
      mend: `remove it with ${removal(stack, project + name)}`,
    }));
}

/** Pulumi marks a whole key as secret when a part of it is, so one plain value beside a secret one escapes here. */
function plaintextSecrets({ raw, secretKeys, stack }: Reading): Finding[] {
  const key = `${project}secrets`;
  const given = decode(raw[key] ?? "{}", "object");
  if (secretKeys.has(key) || typeof given !== "object" || given === null) return [];
  return Object.keys(given).map((name) => plaintextSecret(name, stack));
}

/** What is said about a secret that stands in plain text in a stack's file; never the value. */
export function plaintextSecret(name: string, stack: string): Finding {
  return {
    key: `${project}secrets.${name}`,
    message: "is in plain text, a secret must be encrypted",
    mend: `change it where it is used, then ${secretCommand(name, stack)}`,
  };
}

/** The command that gives a stack a secret; Pulumi asks for the value, so that no shell history holds it. */
export function secretCommand(name: string, stack: string): string {
  return `run \`npm run pulumi -- config set --stack ${stack} --secret --path 'vigil:secrets.${name}'\``;
}

function readKey(name: KeyName, reading: Reading, findings: Finding[]): unknown {
  const { type, schema, default: initial } = keys[name];
  const given = reading.raw[project + name];
  const value = given === undefined ? initial : decode(given, type);
  const parsed = (schema as z.ZodType).safeParse(value);
  if (parsed.success) return parsed.data;
  const hidden = name === "secrets" || reading.secretKeys.has(project + name);
  for (const issue of parsed.error.issues)
    findings.push(...issueFindings({ key: project + name, value, hidden, stack: reading.stack }, issue));
  return undefined;
}

/** What the text stands for; a text that is not of the type stays one, for the schema to refuse. */
function decode(given: string, type: ConfigurationType): unknown {
  switch (type) {
    case "string":
      return given;
    case "integer":
      return /^-?\d+$/.test(given) ? Number(given) : given;
    case "boolean":
      return given === "true" ? true : given === "false" ? false : given;
    case "array":
    case "object":
      try {
        return JSON.parse(given);
      } catch {
        return given;
      }
  }
}
