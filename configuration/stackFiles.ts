/** The project's stack files (`Pulumi.<stack>.yaml`), for what one stack's configuration alone cannot show. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { Finding } from "../monitoring/checks/finding.ts";
import type { System, SystemParameters } from "../monitoring/model.ts";
import { setting } from "./commands.ts";
import { parseConfig, plaintextSecret, type StackConfig } from "./parse.ts";

export interface StackFile {
  readonly stack: string;
  /** As Pulumi hands it to a program; an encrypted value is `[secret]`. */
  readonly raw: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
  /** Names under `vigil:secrets` that stand there in plain text. */
  readonly plaintext: readonly string[];
}

/** Reads every stack file of the project's folder. */
export function readStackFiles(directory: string): StackFile[] {
  return readdirSync(directory)
    .flatMap((name) => {
      const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(name)?.[1];
      return stack === undefined ? [] : [parseStackFile(stack, readFileSync(join(directory, name), "utf8"))];
    })
    .sort((a, b) => (a.stack < b.stack ? -1 : 1));
}

/** A file that is no YAML is read as empty: Pulumi itself refuses it when its stack is used. */
export function parseStackFile(stack: string, text: string): StackFile {
  const entries = Object.entries(configOf(text));
  const secrets = entries.find(([key]) => key === "vigil:secrets")?.[1];
  const named = isMap(secrets) && !isSecure(secrets) ? Object.entries(secrets) : [];
  return {
    stack,
    raw: Object.fromEntries(entries.map(([key, value]) => [key, rawOf(value)])),
    secretKeys: entries.filter(([, value]) => holdsSecret(value)).map(([key]) => key),
    plaintext: named.filter(([, value]) => !isSecure(value)).map(([name]) => name),
  };
}

/** Plain secrets in the stack's own file: where one beside them is encrypted, Pulumi calls all of them secret. */
export function checkPlaintext(files: readonly StackFile[], stack: string): Finding[] {
  return files
    .filter((file) => file.stack === stack)
    .flatMap((file) => file.plaintext.map((name) => plaintextSecret(name, stack)));
}

export interface StackBucket {
  readonly stack: string;
  readonly system: string;
  readonly environment: string;
  /** With its cloud: `aws/gl-thanos-metrics-dev`. */
  readonly bucket: string;
}

/** Stacks that share the bucket of `stack`: two compactors on one bucket destroy each other's blocks. */
export function bucketClashes(stack: string, stacks: readonly StackBucket[]): Finding[] {
  const own = stacks.find((other) => other.stack === stack);
  if (own === undefined) return [];
  return stacks
    .filter((other) => other.stack !== stack && other.bucket === own.bucket)
    .map((other) => ({
      key: "vigil:bucket",
      message: `${own.bucket} is the bucket of stack ${other.stack} (${other.system}, ${other.environment}) too`,
      mend: `give this stack its own with ${setting(stack, "vigil:bucket", "NAME")}`,
    }));
}

type Build = (name: StackConfig["system"], parameters: SystemParameters) => System;

/** The bucket of a stack; undefined on a machine of its own, where a bucket is a folder of the stack. */
export function bucketOf(config: StackConfig<unknown>, build: Build): StackBucket | undefined {
  const cloud = cloudOf(config.platform);
  if (cloud === undefined) return undefined;
  const name = config.changes.bucket ?? build(config.system, config.parameters).longTerm.bucket.name;
  const { stack, system, parameters } = config;
  // A container belongs to an account, and each stack has one of its own unless it is told whose to use.
  const { account } = config.kubernetes.storage;
  const place = cloud === "azure" ? `${cloud}/${account === "" ? `account of ${stack}` : account}` : cloud;
  return { stack, system, environment: parameters.environment, bucket: `${place}/${name}` };
}

/** The buckets of all stack files that can be read; a faulty one is reported when its own stack is previewed. */
export function bucketsOf(files: readonly StackFile[], build: Build): StackBucket[] {
  return files.flatMap(({ stack, raw, secretKeys }) => {
    try {
      return bucketOf(parseConfig(raw, secretKeys, stack), build) ?? [];
    } catch {
      return [];
    }
  });
}

/** The cloud whose buckets a platform uses; undefined where a bucket is a folder. */
export function cloudOf(platform: string | undefined): "aws" | "azure" | undefined {
  if (platform === "aks" || platform === "windows-azure") return "azure";
  return platform === "eks" || platform === "windows-aws" ? "aws" : undefined;
}

function configOf(text: string): Record<string, unknown> {
  try {
    const document: unknown = parse(text);
    return isMap(document) && isMap(document["config"]) ? document["config"] : {};
  } catch {
    return {};
  }
}

function rawOf(value: unknown): string {
  if (isSecure(value)) return "[secret]";
  return typeof value === "string"
    ? value
    : JSON.stringify(value, (_, inner: unknown) => (isSecure(inner) ? "[secret]" : inner));
}

function holdsSecret(value: unknown): boolean {
  if (isSecure(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsSecret);
}

function isSecure(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 1 && typeof value["secure"] === "string";
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
