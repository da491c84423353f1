/**
 * The checks of Checkov for the types of this project, out of Checkov's own list.
 * `VIGIL_CHECKOV=PROGRAM node test/rendered/checkovChecks.ts` writes policies/coverage/checkov.json anew.
 */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Check, CheckList } from "../../policies/coverage/coverage.ts";

const run = promisify(execFile);

/** Types of Terraform that the stacks have as resources of Pulumi, and what belongs to them. */
const ownTypes =
  /^(?:aws|aws_(?:(?:s3|eks|ebs|kms|iam|secretsmanager|lb|alb)(?:_\w+)?|instance|launch_(?:template|configuration)|ami\w*|(?:vpc_|default_)?security_group\w*|(?:default_)?vpc|subnet|(?:default_)?network_acl\w*|flow_log|eip|nat_gateway|route|route_table|volume_attachment|cloudwatch_log_group|ssm_document)|azurerm_(?:storage_\w+|kubernetes_cluster\w*|(?:linux_|windows_)?virtual_machine\w*|managed_disk|network_\w+|subnet|virtual_network|key_vault\w*|role_definition|monitor_\w+|log_analytics_\w+))$/;

export async function versionOf(checkov: string): Promise<string> {
  return (await run(checkov, ["--version"])).stdout.trim();
}

export async function listChecks(checkov: string): Promise<CheckList> {
  const entries: Entry[] = [];
  for (const framework of ["terraform", "kubernetes", "secrets"]) {
    const { stdout } = await run(checkov, ["--list", "--framework", framework], { maxBuffer: 64e6 });
    entries.push(...stdout.split("\n").flatMap(entry));
  }
  const checks = [...Map.groupBy(entries, ({ id }) => id)]
    .map(([id, own]) => ({
      id,
      title: own[0]?.title ?? "",
      named: [...new Set(own.map(({ type }) => type))],
    }))
    // A check of what has no type of its own is listed for every type that there is.
    .filter(({ named }) => named.length < 300)
    .map(({ id, title, named }): Check => ({ id, title, types: typesOf(id, named) }))
    .filter(({ types }) => types.length > 0);
  return {
    version: await versionOf(checkov),
    source: "https://pypi.org/project/checkov: checkov --list --framework terraform, kubernetes and secrets",
    checks: checks.sort((a, b) => a.id.localeCompare(b.id, "en", { numeric: true })),
  };
}

interface Entry {
  readonly id: string;
  readonly type: string;
  readonly title: string;
}

/** `| number | id | kind | type | title | framework | source |` */
function entry(line: string): readonly Entry[] {
  const [, , id = "", , type = "", title = ""] = line.split("|").map((cell) => cell.trim());
  return /^CKV2?_(?:AWS|AZURE|K8S|SECRET)_\d+$/.test(id) ? [{ id, type, title }] : [];
}

/** Those of the stacks, in words that fit into a line; none where the stacks have none. */
function typesOf(id: string, named: readonly string[]): readonly string[] {
  if (id.startsWith("CKV_SECRET_")) return ["text"];
  if (!id.includes("_K8S_")) return named.filter((type) => ownTypes.test(type)).sort();
  return named.includes("ReplicationController")
    ? ["pods"]
    : named.filter((kind) => !kind.startsWith("kubernetes_")).sort();
}

/** One check a line. */
export function rendered({ version, source, checks }: CheckList): string {
  const lines = checks.map((check) => `    ${JSON.stringify(check)}`);
  return `{\n  "version": ${JSON.stringify(version)},\n  "source": ${JSON.stringify(source)},\n  "checks": [\n${lines.join(",\n")}\n  ]\n}\n`;
}

if (import.meta.main) {
  const checkov = process.env["VIGIL_CHECKOV"];
  if (checkov === undefined) throw new Error("VIGIL_CHECKOV names no program");
  const file = join(import.meta.dirname, "../../policies/coverage/checkov.json");
  await writeFile(file, rendered(await listChecks(checkov)));
}
