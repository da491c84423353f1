import * as pulumi from "../pulumi.ts";

/**
 * Tags everything of Azure's that can have tags, so that a bill is told apart by stack: Azure knows no tags of a provider, and
 * counts those of a resource group only in subscriptions that were told to.
 */
export function stackTags(stack: string): pulumi.ResourceTransformation {
  const tags = { "vigil-stack": stack, "managed-by": "pulumi" };
  return ({ type, props, opts }) => {
    if (!isTaggable(type, props)) return undefined;
    const own = pulumi.output(props["tags"] as pulumi.Input<Readonly<Record<string, string>>>);
    return { props: { ...props, tags: own.apply((given) => ({ ...given, ...tags })) }, opts };
  };
}

function isTaggable(type: string, props: pulumi.Inputs): boolean {
  // The SDK lists every input that a type has. A command that changes runs again, and a secret is another version.
  return (
    type.startsWith("azure-native:") &&
    "tags" in props &&
    !/:(?:VirtualMachineRunCommandByVirtualMachine|Secret)$/.test(type)
  );
}
