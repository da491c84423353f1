import { existsSync, rmSync, writeFileSync } from "node:fs";
import { oneAtATime } from "./build.ts";
import { run } from "./command.ts";
import type { Pin } from "./pins.ts";
import type { Progress } from "./progress.ts";
import { find } from "./recognise.ts";

/** dpkg and Homebrew have one lock each. */
const installing = oneAtATime();

/**
 * Installs a pin's system package: apt-get as root, else Homebrew. No service is started or left to start at boot.
 * A package that is there already is its administrator's: it is neither upgraded nor reconfigured.
 * Throws when there is no such package or manager, without the rights, or when the installation fails.
 */
export async function installPackage(
  pin: Pin,
  searchPath: readonly string[],
  progress: Progress,
): Promise<void> {
  const aptGet = find("apt-get", searchPath);
  const brew = find("brew", searchPath);
  const { apt, brew: formulas } = pin.package ?? {};
  await installing(async () => {
    if (aptGet && apt) {
      if (process.getuid?.() !== 0) throw new Error(`only root may: sudo apt-get install ${apt.join(" ")}`);
      const absent = await absentPackages(apt, searchPath);
      if (absent.length === 0) throw new Error(`${apt.join(", ")} is installed and does not serve`);
      const label = `${pin.name}: apt-get install ${absent.join(" ")}`;
      await progress.during(label, () => withoutServices(() => aptInstall(aptGet, absent)));
      await disable(pin.package?.services ?? [], searchPath);
    } else if (brew && formulas) {
      await progress.during(`${pin.name}: brew install ${formulas.join(" ")}`, () =>
        run(brew, ["install", ...formulas]),
      );
    } else {
      throw new Error("neither apt-get nor Homebrew has it here");
    }
  });
}

async function absentPackages(names: readonly string[], searchPath: readonly string[]): Promise<string[]> {
  const dpkgQuery = find("dpkg-query", searchPath);
  if (dpkgQuery === undefined) return [...names];
  const statuses = await Promise.all(
    names.map((name) => run(dpkgQuery, ["-W", "-f=${db:Status-Status}", name]).catch(() => "unknown")),
  );
  return names.filter((_, i) => statuses[i] !== "installed");
}

async function aptInstall(aptGet: string, names: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const patiently = ["-o", "DPkg::Lock::Timeout=120"];
  const install = (): Promise<string> =>
    run(aptGet, [...patiently, "install", "-y", "--no-install-recommends", ...names], { env });
  await install().catch(async () => {
    await run(aptGet, [...patiently, "update"], { env }); // a fresh machine or container has no lists
    await install();
  });
}

/**
 * Maintainer scripts ask policy-rc.d before they start a service; 101 forbids it.
 * https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
 */
async function withoutServices(work: () => Promise<void>): Promise<void> {
  const policy = "/usr/sbin/policy-rc.d";
  const ours = !existsSync(policy);
  if (ours) writeFileSync(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    await work();
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}

async function disable(services: readonly string[], searchPath: readonly string[]): Promise<void> {
  const systemctl = find("systemctl", searchPath);
  if (systemctl === undefined || services.length === 0) return;
  await run(systemctl, ["disable", "--now", ...services], { timeout: 60_000 }).catch(() => undefined);
}
