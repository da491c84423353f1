import * as pulumi from "../pulumi.ts";

/**
 * Tags everything of Azure's that can have tags, so that a bill is told apart by stack: Azure knows no tags of a provider, and
 * counts those of a resource group only in subscriptions that were told to.
 */
export function stackTags(stack: string): pulumi.ResourceTransformation {
  const tags = { "vigil-stack": stack, "managed-by": "pulumi" };
  return ({ type, props, opts }) =>
    isTaggable(type, props)
      ? {
          props: { ...props, tags: pulumi.output(props["tags"]).apply((own) => ({ ...own, ...tags })) },
          opts,
        }
      : undefined;
}

function isTaggable(type: string, props: pulumi.Inputs): boolean {
  // The SDK lists every input that a type has. A command that changes runs again, and a secret is another version.
  return (
    type.startsWith("azure-native:") &&
    "tags" in props &&
    !/:(?:VirtualMachineRunCommandByVirtualMachine|Secret)$/.test(type)
  );
}
