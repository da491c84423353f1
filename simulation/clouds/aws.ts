/** aws: one account, 123456789012, in the provider's region. */
import { associationFails } from "../aws/associations.ts";
import { awsFaults } from "../aws/faults.ts";
import { awsArn, awsId } from "../aws/identity.ts";
import { awsFunctions } from "../aws/functions.ts";
import { awsOutputs } from "../aws/outputs.ts";
import { needsNewAwsResource } from "../aws/replaced.ts";
import type { Cloud, Requested } from "../cloud.ts";
import { lowerFirst, nameKey, withName } from "../naming.ts";
import { plain, textAt } from "../propertyValues.ts";

export const aws: Cloud = {
  package: "aws",
  complete: (resource, before) => {
    const key = awsNameKey(resource);
    const hasPrefix = key !== undefined && plain(resource.inputs[`${key}Prefix`]) !== undefined;
    if (key === undefined || hasPrefix) return resource.inputs;
    return withName(resource, before, key, (name, suffix) =>
      resource.kind === "Alias" ? `alias/${name}-${suffix}` : `${name}-${suffix}`,
    );
  },
  faults: awsFaults,
  partly: associationFails,
  identify: awsId,
  outputs: (resource) => ({
    ...("arn" in resource.declaration.outputs ? { arn: awsArn(resource) } : {}),
    ...("region" in resource.declaration.outputs ? { region: regionOf(resource) } : {}),
    ...("tagsAll" in resource.declaration.outputs ? { tagsAll: resource.inputs["tags"] ?? {} } : {}),
    ...awsOutputs(resource),
  }),
  replaces: needsNewAwsResource,
  functions: awsFunctions,
};

/** Resources that are named: `name`, or what the kind calls it, such as `bucket`, `nodeGroupName`. */
function awsNameKey(resource: Requested): string | undefined {
  if (resource.token.startsWith("aws:s3/bucket") && resource.kind !== "Bucket") return undefined;
  if (unnamed.has(resource.kind)) return undefined;
  return nameKey(resource, [`${lowerFirst(resource.kind)}Name`, lowerFirst(resource.kind), "name"]);
}

/** Kinds whose optional `name` or namesake is a reference, not a name of their own. */
const unnamed: ReadonlySet<string> = new Set([
  "Record",
  "AliasTarget",
  "Addon",
  "Association",
  "VpcEndpoint",
  "Tag",
]);

function regionOf({ inputs, region }: Requested): string {
  return textAt(inputs, "region") ?? region;
}
