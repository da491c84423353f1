import type * as pulumi from "../pulumi.ts";

/**
 * Leaves out the aliases by which azure-native knows a type under each API version that it has had, some twenty for each
 * resource: this program has always used the types without a version, and working the names out takes a sixth of a preview.
 * Other aliases, such as those of a type that moved, stay.
 */
export const withoutVersionedTypes: pulumi.ResourceTransformation = ({ props, opts }) => {
  const { aliases } = opts;
  return {
    props,
    opts: Array.isArray(aliases)
      ? { ...opts, aliases: aliases.filter((alias) => !isVersioned(alias)) }
      : opts,
  };
};

/** `azure-native:storage/v20240101:StorageAccount`. */
function isVersioned(alias: pulumi.Input<string | pulumi.Alias>): boolean {
  const type: unknown = typeof alias === "object" && "type" in alias ? alias.type : undefined;
  return typeof type === "string" && /^azure-native:[a-z]+\/v\d/i.test(type);
}
