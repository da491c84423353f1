/**
 * Machines on loopback, set up by the steps that real ones get: every script runs as it is, in folders of the test's own, and
 * what it starts are the real programs.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { issueCertificates } from "../../components/local/authority.ts";
import { deadMansSwitchSecret } from "../../monitoring/deadMansSwitch.ts";
import { fillPlaceholders, storeSecrets } from "../../components/local/secrets.ts";
import type { Executable, Layout, ServicePlan } from "../../monitoring/hosts.ts";
import { linuxSteps, type LinuxOptions } from "../../monitoring/linux.ts";
import type { Machine, MachineStep } from "../../monitoring/machines.ts";

export interface Outcome {
  readonly code: number;
  readonly output: string;
}

export class LinuxMachines {
  readonly folder = mkdtempSync(join(tmpdir(), "vigil-machines-"));
  readonly #machines: readonly Machine[];
  readonly #programs: Readonly<Partial<Record<Executable, string>>>;

  constructor(machines: readonly Machine[], programs: Readonly<Partial<Record<Executable, string>>>) {
    this.#machines = machines;
    this.#programs = programs;
    for (const { name } of machines) {
      for (const part of ["units", "state", "bin", "lock"])
        mkdirSync(this.#path(name, part), { recursive: true });
      writeFileSync(join(this.#path(name, "state"), "calls"), "");
      for (const command of ["systemctl", "journalctl"]) this.#writeCommand(name, command);
    }
  }

  /** The folder of a service. */
  root(machine: string, service: string): string {
    return join(this.#path(machine, "services"), service);
  }

  /** The same layout with the services in this test's folders. */
  placed(layout: Layout): Layout {
    return {
      ...layout,
      instances: layout.instances.map((instance) => ({
        ...instance,
        directories: { root: this.root(instance.machine, instance.name), separator: "/" },
      })),
    };
  }

  /** The steps of all services, as they would be sent. */
  steps(plan: ServicePlan, layout: Layout, options: Partial<LinuxOptions> = {}): MachineStep[] {
    return this.#machines.flatMap((machine) =>
      linuxSteps(plan, layout, {
        machines: [machine],
        flows: [],
        networks: {},
        programs: {},
        installed: this.#programs,
        folders: {
          services: this.#path(machine.name, "services"),
          programs: this.#path(machine.name, "programs"),
          units: this.#path(machine.name, "units"),
          lock: this.#path(machine.name, "lock"),
          settings: this.#path(machine.name, "settings"),
        },
        account: () => userInfo().username,
        patience: 30,
        ...options,
      }).filter(({ name }) => !name.endsWith("-base")),
    );
  }

  /** Makes certificates and secrets. @returns the authority, PEM */
  async issue(plan: ServicePlan): Promise<string> {
    const nowhere = "https://127.0.0.1/";
    await storeSecrets(join(this.folder, "secrets"), plan.secrets, {
      "webhook-url": nowhere,
      [deadMansSwitchSecret]: nowhere,
    });
    return issueCertificates(join(this.folder, "tls"), "test", plan.certificates, false);
  }

  /** Lays out what a step asks for and nothing else. */
  async #values(plan: ServicePlan, step: MachineStep): Promise<string> {
    const folder = mkdtempSync(join(this.folder, "values-"));
    for (const name of step.values) {
      const value = name.startsWith("tls:")
        ? readFileSync(join(this.folder, "tls", name.slice(4)), "utf8")
        : await fillPlaceholders(`{{${name}}}`, join(this.folder, "secrets"), plan.secrets);
      writeFileSync(join(folder, name), value);
    }
    return folder;
  }

  async run(plan: ServicePlan, step: MachineStep, script = step.install): Promise<Outcome> {
    const values = await this.#values(plan, step);
    const bash = spawn("bash", ["-s"], {
      env: {
        PATH: `${this.#path(step.machine, "bin")}:${process.env["PATH"] ?? ""}`,
        VIGIL_UNITS: this.#path(step.machine, "units"),
        VIGIL_STATE: this.#path(step.machine, "state"),
      },
      stdio: ["pipe", "pipe", "pipe"],
    });
    // Read whole before it starts, as by every adapter that sends it through standard input.
    bash.stdin.end(`vigil_value() { cat '${values}/'"$1"; }\n{\n${script}\n} < /dev/null\n`);
    const [output, errors, [code]] = await Promise.all([
      text(bash.stdout),
      text(bash.stderr),
      once(bash, "exit"),
    ]);
    rmSync(values, { recursive: true });
    return { code: Number(code), output: output + errors };
  }

  /** Runs steps, each as soon as those before it have succeeded. @throws with what one said that failed. */
  async runAll(plan: ServicePlan, steps: readonly MachineStep[]): Promise<void> {
    const done = new Map<string, Promise<void>>();
    for (const step of steps)
      done.set(
        step.name,
        Promise.resolve()
          .then(() => Promise.all(step.after.map((name) => done.get(name) ?? Promise.resolve())))
          .then(() => this.run(plan, step))
          .then(({ code, output }) => {
            if (code !== 0) throw new Error(`${step.name} ended with ${String(code)}:\n${output}`);
          }),
      );
    await Promise.all(done.values());
  }

  /** What the machine's service manager was asked since the last time. */
  calls(machine: string): string[] {
    const path = join(this.#path(machine, "state"), "calls");
    const lines = readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    writeFileSync(path, "");
    return lines;
  }

  log(machine: string, service: string): string {
    return readFileSync(join(this.#path(machine, "state"), `vigil-${service}.service.log`), "utf8");
  }

  pid(machine: string, service: string): number {
    return Number(readFileSync(join(this.#path(machine, "state"), `vigil-${service}.service.pid`), "utf8"));
  }

  /** Asks the machine's service manager. */
  async systemctl(machine: string, command: string, service: string): Promise<void> {
    const asked = spawn(
      join(this.#path(machine, "bin"), "systemctl"),
      [command, `vigil-${service}.service`],
      {
        env: {
          ...process.env,
          VIGIL_UNITS: this.#path(machine, "units"),
          VIGIL_STATE: this.#path(machine, "state"),
        },
      },
    );
    await once(asked, "exit");
  }

  /** Ends everything that a machine runs, as a power cut does. */
  cutPower(machine: string, services: readonly string[]): void {
    for (const service of services) {
      if (!existsSync(join(this.#path(machine, "state"), `vigil-${service}.service.pid`))) continue;
      // A service's processes are a group of their own.
      try {
        process.kill(-this.pid(machine, service), "SIGKILL");
      } catch {
        continue; // it has ended before
      }
    }
  }

  /** Ends everything and removes the folders. */
  end(layout: Layout): void {
    for (const { name } of this.#machines)
      this.cutPower(
        name,
        layout.instances.map((instance) => instance.name),
      );
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #path(machine: string, part: string): string {
    return join(this.folder, machine, part);
  }

  #writeCommand(machine: string, command: string): void {
    const path = join(this.#path(machine, "bin"), command);
    const runner = join(dirname(fileURLToPath(import.meta.url)), "unitRunner.ts");
    // What it starts must not hold the lock of the step.
    writeFileSync(path, `#!/bin/sh\nexec 9>&-\nexec '${process.execPath}' '${runner}' ${command} "$@"\n`);
    chmodSync(path, 0o755);
  }
}
