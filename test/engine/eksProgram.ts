/** A program of the AWS side of a stack alone, for tests on simulated clouds; and what they read of its policies. */
import { repository } from "../../cli/engine.ts";

export type Keys = Readonly<Record<string, unknown>>;

/** A program of the AWS side alone: what is put on the cluster is another's test. `vigil:` keys as JSON, system greenlang. */
export function program(keys: Keys, secrets: Readonly<Record<string, string>> = given): string {
  const raw = Object.fromEntries(
    Object.entries({ ...keys, secrets }).map(([key, value]) => [
      `vigil:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  return `
    import { parseConfig } from "${repository}/configuration/parse.ts";
    import * as pulumi from "${repository}/components/pulumi.ts";
    import { awsFacts } from "${repository}/components/eks/facts.ts";
    import { EksStackCluster } from "${repository}/components/eks/stackCluster.ts";
    import { identitiesOf } from "${repository}/monitoring/kubernetes/identities.ts";
    import { greenlang } from "${repository}/systems/greenlang.ts";
    const raw = ${JSON.stringify({ ...defaults, ...raw })};
    const config = parseConfig(raw, ["vigil:secrets"], "gl");
    const system = greenlang(config.parameters);
    const facts = awsFacts(config, system);
    const wrapped = Object.entries(config.secrets).map(([name, value]) => [name, pulumi.secret(value)]);
    const plan = { namespace: "monitoring", parts: [], identities: identitiesOf(system, facts) };
    const cloud = new EksStackCluster("gl", { config, system, facts, plan, secrets: Object.fromEntries(wrapped) });
    export const outputs = cloud.outputs;
    export const created = cloud.deletedWith !== undefined;
  `;
}

const defaults = {
  "vigil:system": "greenlang",
  "vigil:platform": "eks",
  "vigil:environment": "production",
  "vigil:region": "us-east-1",
};
export const given = { "slack-url": "https://hooks.example.com/T0-hidden", "smtp-password": "p4ss-hidden" };
export const administrators = ["arn:aws:iam::123456789012:user/simulated"];

export interface Statement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: Record<string, Record<string, unknown>>;
}

export function statementsOf(document: string): Statement[] {
  return (JSON.parse(document) as { Statement: Statement[] }).Statement;
}

export function actionsOf(document: string): string[] {
  return statementsOf(document).flatMap(({ Action }) => Action);
}
