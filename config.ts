/** The configuration of the stack that is being run: see configuration/keys.ts for the keys. */
import * as pulumi from "./components/pulumi.ts";
import { parseConfig, type StackConfig } from "./configuration/parse.ts";
import * as check from "./monitoring/check.ts";

export { parseConfig, type StackConfig } from "./configuration/parse.ts";

/**
 * The current stack's configuration; its secrets are wrapped before anything else sees them.
 * @throws {pulumi.RunError} with everything that is wrong, one line each
 */
export function readConfig(): StackConfig<pulumi.Output<string>> {
  const raw = pulumi.runtime.allConfig();
  const config = explained(() => parseConfig(raw, Object.keys(raw).filter(isSecret), pulumi.getStack()));
  return {
    ...config,
    secrets: Object.fromEntries(
      Object.entries(config.secrets).map(([name, value]) => [name, pulumi.secret(value)]),
    ),
  };
}

/** @throws {pulumi.RunError} one line a finding, when there is one */
export function assertDeployable(findings: readonly check.Finding[]): void {
  explained(() => {
    check.assertDeployable(findings);
  });
}

/** The engine prints a RunError as it is, and any other error as a crash with its stack. */
function explained<T>(step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof check.FindingsError) throw new pulumi.RunError(error.message);
    throw error;
  }
}

/** The SDK exports it, and leaves it out of its declarations. */
function isSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret: (key: string) => boolean }).isConfigSecret(key);
}
