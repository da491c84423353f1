import { getParameterOutput } from "@pulumi/aws/ssm/getParameter.js";
import type { Machine, MachineRole } from "../../monitoring/machines.ts";
import type * as pulumi from "../pulumi.ts";

/** Two CPUs and 8 GiB for what holds series; an edge keeps none. */
export const defaultSizes: Readonly<Record<MachineRole, string>> = {
  node: "m7i.large",
  edge: "t3.small",
  history: "m7i.large",
};

/**
 * Public parameters in which AWS and Canonical keep the newest image of a line.
 *
 * @see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
 */
const defaultImages: Readonly<Record<Machine["system"], string>> = {
  windows: "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-Base",
  linux: "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
};

/**
 * The id of an image.
 * @param given by the configuration: an id, the path of a public parameter, or empty for the default
 */
export function imageOf(
  system: Machine["system"],
  given: string,
  options: { readonly parent: pulumi.Resource },
): pulumi.Input<string> {
  if (given.startsWith("ami-")) return given;
  // Everybody may read it: it is no secret, though the type of a parameter's value is one.
  return getParameterOutput({ name: given === "" ? defaultImages[system] : given }, options).insecureValue;
}
