/** The stack: its configuration, its system, and the platform that runs it. */
import { assertDeployable, readConfig } from "./config.ts";
import { readStackFiles } from "./configuration/stackFiles.ts";
import { prepareStack } from "./configuration/prepare.ts";
import { platformOf } from "./components/platforms.ts";
import { systems } from "./systems/index.ts";

export default async function stack(): Promise<Record<string, unknown>> {
  const config = readConfig();
  const platform = await platformOf(config);
  const prepared = prepareStack(config, { systems, stackFiles: readStackFiles("."), ...platform });
  assertDeployable(prepared.findings);
  return platform.deploy(prepared);
}
