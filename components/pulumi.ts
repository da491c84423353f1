/** The parts of Pulumi's SDK that the program uses. */
import "./leanSdk.ts";
export { RunError } from "@pulumi/pulumi/errors.js";
export * as log from "@pulumi/pulumi/log/index.js";
export { getStack } from "@pulumi/pulumi/metadata.js";
export { all, output, secret, unsecret } from "@pulumi/pulumi/output.js";
export { ComponentResource, CustomResource, ErrorHook } from "@pulumi/pulumi/resource.js";
export * as runtime from "@pulumi/pulumi/runtime/config.js";
export type {
  Alias,
  ComponentResourceOptions,
  CustomResourceOptions,
  dynamic,
  Input,
  Inputs,
  Output,
  Resource,
  ResourceTransformation,
} from "@pulumi/pulumi";
