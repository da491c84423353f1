/** From a stack's configuration to a stack on Windows machines: in Azure, on EC2, or on those that exist. */
import type { StackConfig } from "../../config.ts";
import { defaultKeySecret } from "../../configuration/machineForm.ts";
import { renderDashboards, type RenderedDashboard } from "../../monitoring/dashboards/render.ts";
import type { System } from "../../monitoring/model.ts";
import type { StepAdapter } from "../hosts/adapter.ts";
import { HostCertificates } from "../hosts/certificates.ts";
import { HostCredentials } from "../hosts/credentials.ts";
import { LocalSteps } from "../hosts/localMachine.ts";
import { SshSteps } from "../hosts/ssh.ts";
import { HostSteps } from "../hosts/steps.ts";
import type { Outputs, StackPlatform } from "../platforms.ts";
import * as pulumi from "../pulumi.ts";
import { windowsChecks } from "./findings.ts";
import { hostPlan, type HostFacts, type HostPlan } from "./hostPlan.ts";

type Config = StackConfig<pulumi.Output<string>>;

/** What carries a plan's steps, and what its cloud adds to the stack's outputs. */
export interface Hosts {
  readonly adapters: Readonly<Record<string, StepAdapter>>;
  readonly outputs: Outputs;
}

/** @param thisSystem that Pulumi runs on */
export function windowsPlatform(
  config: Config,
  thisSystem: NodeJS.Platform = process.platform,
): StackPlatform {
  return {
    ...windowsChecks(config, thisSystem),
    deploy: async ({ system }) => {
      const dashboards = config.grafana === "off" ? [] : renderDashboards(system);
      const { plan, hosts } = await placed(config, system, dashboards);
      return deployed(config, plan, hosts);
    },
  };
}

async function placed(
  config: Config,
  system: System,
  dashboards: readonly RenderedDashboard[],
): Promise<{ plan: HostPlan; hosts: Hosts }> {
  const planWith = (facts: Omit<HostFacts, "dashboards"> = {}): HostPlan =>
    hostPlan(config, system, { ...facts, dashboards });
  switch (config.platform) {
    case "windows-azure":
      return (await import("./inAzure.ts")).inAzure(config, system, planWith);
    case "windows-aws":
      return (await import("./inAws.ts")).inAws(config, system, planWith);
    default: {
      const plan = planWith();
      return { plan, hosts: { adapters: existingAdapters(config), outputs: {} } };
    }
  }
}

function deployed(config: Config, plan: HostPlan, hosts: Hosts): Outputs {
  const { services, layout, steps, machines } = plan;
  const credentials = new HostCredentials("credentials", {
    secrets: services.secrets,
    given: config.secrets,
  });
  const certificates = new HostCertificates("certificates", {
    stack: config.stack,
    requests: services.certificates,
    rotation: config.certificateRotation,
  });
  new HostSteps("steps", { steps, adapters: hosts.adapters, credentials, certificates });
  return {
    endpoints: Object.fromEntries(
      Object.entries(layout.edge).map(([name, port]) => [name, `https://${layout.edgeHost}:${String(port)}`]),
    ),
    machines: Object.fromEntries(machines.map(({ name, address }) => [name, address])),
    certificateAuthority: certificates.authority,
    user: config.human,
    password: credentials.text("secret:human"),
    ...hosts.outputs,
  };
}

/** A way to each machine that exists. Whose connection lacks something is a finding before. */
function existingAdapters(config: Config): Record<string, StepAdapter> {
  return Object.fromEntries(
    config.machines.existing.map((machine): [string, StepAdapter] => {
      const { name, address, connection, port, user = "", hostKey = "", passwordSecret } = machine;
      if (connection === "local") return [name, new LocalSteps()];
      const secret = config.secrets[passwordSecret ?? machine.keySecret ?? defaultKeySecret];
      if (secret === undefined) throw new Error(`${name} has no secret to be reached with`);
      return [
        name,
        new SshSteps({
          host: machine.host ?? address,
          port,
          user,
          hostKey,
          ...(passwordSecret === undefined ? { privateKey: secret } : { password: secret }),
        }),
      ];
    }),
  );
}
