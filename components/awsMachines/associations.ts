import type { Provider } from "@pulumi/aws/provider.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { getObject } from "@pulumi/aws/s3/getObject.js";
import { getObjects } from "@pulumi/aws/s3/getObjects.js";
import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion.js";
import { Association } from "@pulumi/aws/ssm/association.js";
import { Document } from "@pulumi/aws/ssm/document.js";
import { packedScript } from "../../monitoring/carried/packed.ts";
import { bashLine, powershellLine } from "../../monitoring/carried/secretLines.ts";
import type { MachineStep } from "../../monitoring/machines.ts";
import { digest, fit } from "../aws/names.ts";
import { policy, useKey } from "../aws/policies.ts";
import type { Delivery, StepAdapter } from "../hosts/adapter.ts";
import { bashValues, encodeValues, powershellValues } from "../hosts/channel.ts";
import { explained } from "../hosts/failedStep.ts";
import * as pulumi from "../pulumi.ts";
import type { AwsMachine } from "./machine.ts";

export interface AssociationsArgs {
  readonly aws: Provider;
  readonly stack: string;
  /** `vigil-STACK`. */
  readonly prefix: string;
  readonly region: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly machine: AwsMachine;
  /** What the machine must be allowed before a step. */
  readonly rights: readonly pulumi.Resource[];
  /** Of the values. */
  readonly keyArn: pulumi.Output<string>;
  /** Name of the bucket that what scripts write goes to. */
  readonly outputs: pulumi.Output<string>;
}

/** A step may fetch a hundred megabytes, and wait for a service to replay its log; and a machine may still be starting. */
const timeoutSeconds = 1800;
const waitSeconds = 2400;

/** What a document of Systems Manager holds: https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm */
const mostBytes = 65_536;

/**
 * Carries steps to one instance by Systems Manager: a document with the script, and an association that runs it there. A
 * step's values wait in Secrets Manager, each readable by this machine alone.
 */
export class Associations implements StepAdapter {
  readonly #args: AssociationsArgs;

  constructor(args: AssociationsArgs) {
    this.#args = args;
  }

  readonly carry = (step: MachineStep, delivery: Delivery): pulumi.Resource => {
    const { aws, prefix, region, machine, rights, outputs } = this.#args;
    const parent = { parent: delivery.parent };
    const values = step.values.length > 0 ? this.#store(step, delivery) : undefined;
    const content = pulumi
      .all([values?.arn ?? "", values?.version ?? ""])
      .apply(([arn, version]) => documentOf(step, region, arn, version));
    const document = new Document(
      step.name,
      {
        name: fit(`${prefix}-${step.name}`, 128),
        documentType: "Command",
        documentFormat: "JSON",
        targetType: "/AWS::EC2::Instance",
        content,
      },
      parent,
    );
    const outputPrefix = `steps/${step.name}`;
    return new Association(
      step.name,
      {
        name: document.name,
        documentVersion: document.latestVersion,
        associationName: content.apply((text) => fit(`${step.name}-${digest(text)}`, 128)),
        targets: [{ key: "InstanceIds", values: [machine.instance.id] }],
        outputLocation: { s3BucketName: outputs, s3KeyPrefix: outputPrefix, s3Region: region },
        waitForSuccessTimeoutSeconds: waitSeconds,
      },
      {
        ...parent,
        dependsOn: [...delivery.after, ...machine.ready, ...rights, ...(values ? [values.right] : [])],
        // AWS waits for a new association alone, so that a change, and a step that failed, has to be a new one.
        replaceOnChanges: ["*"],
        customTimeouts: { create: "45m" },
        hooks: explained(step, () => lastStderr(aws, outputs, outputPrefix)),
      },
    );
  };

  #store(step: MachineStep, { values, parent }: Delivery) {
    const { stack, region, tags, machine, keyArn } = this.#args;
    const name = `step-${step.name}`;
    const secret = new Secret(
      name,
      {
        name: `vigil/${stack}/steps/${step.name}`,
        description: `What ${step.name} asks for; read by ${step.machine} alone.`,
        kmsKeyId: keyArn,
        // The stack has them all; a name that waits for its deletion would stand in the way of a step that comes back.
        recoveryWindowInDays: 0,
        // Steps belong to no component whose provider would say it.
        tags,
      },
      { parent },
    );
    const stored = new SecretVersion(
      name,
      { secretId: secret.id, secretString: pulumi.secret(values.apply(encodeValues)) },
      { parent, additionalSecretOutputs: ["secretString"] },
    );
    const right = new RolePolicy(
      name,
      {
        name,
        role: machine.role.name,
        policy: pulumi.all([secret.arn, keyArn]).apply(([arn, key]) =>
          JSON.stringify(
            policy(
              {
                Sid: "ReadValues",
                Effect: "Allow",
                Action: "secretsmanager:GetSecretValue",
                Resource: arn,
              },
              useKey("ValuesKey", key, "secretsmanager", region, []),
            ),
          ),
        ),
      },
      { parent },
    );
    return { arn: secret.arn, version: stored.versionId, right };
  }
}

/**
 * The document of a step; without an ARN it asks for no values.
 * @throws when Systems Manager would not hold it
 */
function documentOf(step: MachineStep, region: string, arn: string, version: string): string {
  const values = { store: "secrets-manager", region, arn, version } as const;
  const windows = step.shell === "powershell";
  const reads = windows
    ? `${powershellLine(values)}${powershellValues("Read-VigilLine")}`
    : `${bashLine(values)}${bashValues("vigil_line")}`;
  const script = packedScript(step, arn === "" ? "" : reads);
  const text = JSON.stringify({
    schemaVersion: "2.2",
    description: `Step ${step.name} of ${step.machine}`,
    mainSteps: [
      {
        action: windows ? "aws:runPowerShellScript" : "aws:runShellScript",
        name: "step",
        inputs: { timeoutSeconds: String(timeoutSeconds), runCommand: script.split("\n") },
      },
    ],
  });
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes)
    throw new pulumi.RunError(
      `step ${step.name}: its document takes ${bytes} bytes packed, and Systems Manager holds ${mostBytes}; ` +
        "have fewer or smaller dashboards or rules",
    );
  return text;
}

/** What the last run of a step wrote to stderr: the agent puts it below the prefix, once for each run. */
async function lastStderr(
  aws: Provider,
  bucketName: pulumi.Output<string>,
  prefix: string,
): Promise<string | undefined> {
  const bucket = await new Promise<string>((resolve) => bucketName.apply(resolve));
  const { keys } = await getObjects({ bucket, prefix: `${prefix}/` }, { provider: aws });
  const written = await Promise.all(
    keys
      .filter((key) => key.endsWith("/stderr"))
      .map((key) => getObject({ bucket, key, downloadBody: "true" }, { provider: aws })),
  );
  const latest = written.sort((a, b) => Date.parse(b.lastModified) - Date.parse(a.lastModified))[0];
  return latest?.body;
}
