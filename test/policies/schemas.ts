/** What the pinned SDKs declare: a value that they do not allow never reaches a cloud. */
import { plainType } from "../../policies/resource.ts";
import { Declarations } from "../../simulation/schema/declarations.ts";
import { mismatchesOf } from "../../simulation/schema/validate.ts";

const packages = new Map<string, Declarations>();

/** Whether the SDK of the resource's package refuses these inputs. */
export function isRefused(type: string, props: Readonly<Record<string, unknown>>): boolean {
  const [name = ""] = type.split(":");
  if (!["aws", "azure-native", "kubernetes"].includes(name)) return false;
  const declarations = packages.get(name) ?? new Declarations(name);
  packages.set(name, declarations);
  const declared = declarations.resource(plainType(type));
  if (declared === undefined || Object.keys(declared.inputs).length === 0) return false;
  return mismatchesOf(props, declared.inputs, (reference) => declarations.resolve(reference)).length > 0;
}
