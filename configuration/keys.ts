/**
 * Every key of a stack's configuration: its type and default as Pulumi.yaml declares them, and what it accepts.
 * Every key has a default, since Pulumi requires a value for each key that is declared without one.
 */
import type { z } from "zod";
import { seconds } from "../monitoring/units.ts";
import {
  alerts,
  inhibitions,
  jobs,
  receivers,
  recording,
  retention,
  routes,
  sizing,
  targets,
} from "./additions.ts";
import { cluster, edge, globalView, images, network, oidc, storage } from "./cluster.ts";
import { machines } from "./machines.ts";
import { duration, exactly, flag, integer, labelValue, mapOf, oneOf, text } from "./values.ts";
import { z as zod } from "zod";

/** The five types that a `config:` entry of Pulumi.yaml may have. */
export type ConfigurationType = "string" | "integer" | "boolean" | "array" | "object";

export interface Key<Schema extends z.ZodType = z.ZodType> {
  readonly type: ConfigurationType;
  readonly default: string | number | boolean | readonly [] | Readonly<Record<string, string | number>>;
  readonly schema: Schema;
}

/** The names of the files in systems/. */
export const systemNames = ["trade", "oversight", "greenlang"] as const;

export const platforms = ["local", "windows-azure", "windows-aws", "windows-existing", "aks", "eks"] as const;

const environment = text.regex(/^[a-z][a-z0-9-]{0,23}$/, {
  error: "up to 24 small letters, digits and hyphens, such as production or dev",
});
const region = text.regex(/^[a-z][a-z0-9-]{0,31}$/, { error: "a cloud's region, such as eastus, or local" });
const directory = zod.string({ error: "a path" });
const loopback = text.regex(/^127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/, {
  error: "a loopback address, 127.0.0.1 to 127.255.255.254: a local stack is for this machine alone",
});
const blockDuration = duration.refine((value) => seconds(value) >= 10 && seconds(value) <= 7_200, {
  error: "a duration from 10s to 2h: a sidecar beside larger blocks uploads what the compactor cannot merge",
});
// The intersection of what S3 and Azure Blob containers accept; dots break S3's TLS names.
const bucket = zod.string({ error: "a bucket's name" }).regex(/^(?:[a-z0-9](?:-?[a-z0-9]){2,62})?$/, {
  error: "3 to 63 small letters, digits and single hyphens",
});
const published = zod.string({ error: "an address" }).refine(isPublished, {
  error: "an http or https address without a slash at its end, such as https://example.com/runbooks",
});
const username = text.regex(/^[a-z][a-z0-9._-]{0,31}$/, {
  error: "a user name of up to 32 small letters, digits, dots, hyphens and underscores",
});
// `scrape` and `reload` are the stack's own programs, with other rights than a person.
const human = username.refine((name) => name !== "scrape" && name !== "reload", {
  error: "a name other than scrape and reload, which are the stack's own users",
});

export const keys = {
  system: key("string", "trade", oneOf(...systemNames)),
  platform: key("string", "local", oneOf(...platforms)),
  environment: key("string", "dev", environment),
  region: key("string", "local", region),
  layout: key("string", "cluster", oneOf("cluster", "desktop")),
  directory: key("string", "", directory),
  portBase: key("integer", 21_000, integer(1_024, 64_000)),
  address: key("string", "127.0.0.1", loopback),
  longTerm: key("string", "system", oneOf("system", "sidecar", "receive")),
  blockDuration: key("string", "2h", blockDuration),
  timeScale: key("integer", 1, integer(1, 60)),
  bucket: key("string", "", bucket),
  certificates: key("object", { rotation: 1 }, exactly({ rotation: integer(1, 1_000_000).default(1) })),
  users: key("object", { human: "operator" }, exactly({ human: human.default("operator") })),
  secrets: key("object", {}, mapOf(text)),
  grafana: key("string", "auto", oneOf("auto", "on", "off")),
  demo: key("boolean", true, flag),
  externalLabels: key("object", {}, mapOf(labelValue)),
  retention: key("object", {}, retention),
  sizing: key("object", {}, sizing),
  jobs: key("array", [], jobs),
  targets: key("object", {}, targets),
  recording: key("array", [], recording),
  alerts: key("array", [], alerts),
  receivers: key("array", [], receivers),
  routes: key("array", [], routes),
  inhibitions: key("array", [], inhibitions),
  runbookBase: key("string", "", published),
  cluster: key("object", {}, cluster),
  network: key("object", {}, network),
  storage: key("object", {}, storage),
  oidc: key("object", {}, oidc),
  edge: key("object", {}, edge),
  globalView: key("array", [], globalView),
  images: key("object", {}, images),
  machines: key("object", {}, machines),
};

export type KeyName = keyof typeof keys;

/** What the keys' schemas make of a whole configuration. */
export type Values = { readonly [Name in KeyName]: z.output<(typeof keys)[Name]["schema"]> };

export const keyNames = Object.keys(keys) as KeyName[];

/** Empty: nowhere. */
function isPublished(value: string): boolean {
  return value === "" || (/^https?:\/\/\S+[^\s/]$/.test(value) && URL.canParse(value));
}

function key<Schema extends z.ZodType>(
  type: ConfigurationType,
  initial: Key["default"],
  schema: Schema,
): Key<Schema> {
  return { type, default: initial, schema };
}
