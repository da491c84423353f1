/**
 * The parts of Pulumi's SDK that the program uses. The SDK's index loads the automation API and the serialisation of
 * closures as well, with npm's Arborist and the TypeScript compiler: three quarters of its modules, 0.3 s of every preview.
 */
export { RunError } from "@pulumi/pulumi/errors.js";
export * as log from "@pulumi/pulumi/log/index.js";
export { getStack } from "@pulumi/pulumi/metadata.js";
export { all, output, secret } from "@pulumi/pulumi/output.js";
export { ComponentResource, CustomResource } from "@pulumi/pulumi/resource.js";
export * as runtime from "@pulumi/pulumi/runtime/config.js";
export type {
  ComponentResourceOptions,
  CustomResourceOptions,
  dynamic,
  Input,
  Inputs,
  Output,
  Resource,
} from "@pulumi/pulumi";

// The SDK keeps the stack of every promise that it makes, and its runner has each mapped to sources (source-map-support):
// 0.2 s of every preview. Node strips types in place, so that the stacks of this program are right without.
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
