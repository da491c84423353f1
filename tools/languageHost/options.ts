/** The `runtime.options` of a Pulumi.yaml or PulumiPolicy.yaml, as far as this host serves them. */
import type language from "@pulumi/pulumi/proto/language_pb.js";

type ProgramInfo = InstanceType<typeof language.ProgramInfo>;

/** Arguments for Node itself (`nodeargs`), and the environment by which the SDK is told not to load ts-node. */
export interface RuntimeOptions {
  nodeArgs: string[];
  env: NodeJS.ProcessEnv;
}

/** @throws where `typescript: true` is asked for: Node strips types itself, ts-node is not shipped */
export function runtimeOptions(info: ProgramInfo): RuntimeOptions {
  const { typescript, nodeargs } = (info.getOptions()?.toJavaScript() ?? {}) as Record<string, unknown>;
  if (typescript === true) {
    throw new Error(
      `${info.getRootDirectory()}: runtime.options.typescript must be false: Node runs TypeScript as it is`,
    );
  }
  return {
    nodeArgs: typeof nodeargs === "string" ? nodeargs.split(/\s+/).filter((argument) => argument !== "") : [],
    env: { PULUMI_NODEJS_TYPESCRIPT: "false" },
  };
}
