import type { KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import * as pulumi from "../pulumi.ts";

/** One object of a cluster, of a built-in kind or of a custom one, exactly as the plan has it. */
export class ClusterObject extends pulumi.CustomResource {
  /** @param annotations what only the cloud knows, added to the object's own */
  constructor(
    name: string,
    object: KubernetesObject,
    annotations: pulumi.Input<Record<string, string>> | undefined,
    options: pulumi.CustomResourceOptions,
  ) {
    const { metadata } = object;
    const inputs: pulumi.Inputs =
      annotations === undefined
        ? object
        : {
            ...object,
            metadata: {
              ...metadata,
              annotations: pulumi
                .output(annotations)
                .apply((added) => ({ ...metadata.annotations, ...added })),
            },
          };
    super(typeToken(object), name, inputs, options);
  }
}

/** `v1` is `core/v1` among Pulumi's types; every other group has its own name. */
function typeToken({ apiVersion, kind }: KubernetesObject): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}
