/** From a stack's configuration to a stack of this machine. */
import * as pulumi from "../pulumi.ts";
import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { secretCommand } from "../../configuration/parse.ts";
import type { StackConfig } from "../../config.ts";
import { addedTargets, secretsOfReceiver } from "../../monitoring/extend.ts";
import { localLayout } from "../../monitoring/localLayout.ts";
import type { Finding } from "../../monitoring/checks/finding.ts";
import { renderDashboards } from "../../monitoring/dashboards/render.ts";
import type { Component, System } from "../../monitoring/model.ts";
import { onThisMachine, silentReceivers } from "../../monitoring/onThisMachine.ts";
import { quickened } from "../../monitoring/timeScale.ts";
import { planServices, type PlanOptions } from "../../monitoring/plan.ts";
import type { StackPlatform } from "../platforms.ts";
import { localPrograms } from "./programs.ts";
import { stackPaths } from "./paths.ts";
import { LocalStack } from "./stack.ts";

/** @throws when a program that every stack needs can be neither found nor installed. */
export async function localPlatform(config: StackConfig<pulumi.Output<string>>): Promise<StackPlatform> {
  const executables = await localPrograms();
  const grafana = config.grafana === "off" ? undefined : grafanaFor(executables.grafana);
  if (config.grafana === "on" && grafana === undefined)
    throw new pulumi.RunError(
      "vigil:grafana: got on, but Grafana is not to be had here; set it to auto or off",
    );
  const root = resolve(config.directory);
  const given = Object.keys(config.secrets);
  const added = addedTargets(config.changes);
  const without: Component[] = [
    ...(executables.redis_exporter === undefined ? (["redis-exporter"] as const) : []),
    ...(grafana === undefined ? (["grafana"] as const) : []),
  ];
  // The demo lives on its Redis instances; the toolchain has said why there are none.
  const demo = config.demo && executables["redis-server"] !== undefined;
  const adapt = (system: System): System =>
    quickened(onThisMachine(system, { demo, given, added, without }), config.timeScale);
  return {
    check: () => tooLong(root),
    suppliedSecrets: ({ secrets }) => secrets.filter(({ generated }) => !generated).map(({ name }) => name),
    layoutOf: (system) =>
      localLayout(adapt(system), {
        root,
        address: config.address,
        portBase: config.portBase,
        demo,
        added,
        grafana: grafana !== undefined,
        human: config.human,
      }),
    deploy: ({ system, layout }) => {
      if (layout === undefined) throw new Error("a local stack has a layout");
      warnOfSilence(system, given, config.stack);
      warnOfStopped(root);
      const stack = new LocalStack(config.stack, {
        plan: {
          ...planServices(adapt(system), layout, {
            ...(config.blockDuration === "2h" ? {} : { blockDuration: config.blockDuration }),
            ...(grafana && { grafana: grafana(adapt(system)) }),
            demoProgram: join(import.meta.dirname, "../../demo/main.ts"),
          }),
          stack: config.stack,
        },
        root,
        executables,
        secrets: pulumi.output(config.secrets),
        certificateRotation: config.certificateRotation,
      });
      return {
        directory: root,
        endpoints: Object.fromEntries(
          Object.entries(layout.edge).map(([name, port]) => [
            name,
            `https://${layout.edgeHost}:${String(port)}`,
          ]),
        ),
        certificateAuthority: stack.certificateAuthority,
      };
    },
  };
}

/** HAProxy's control socket is the stack's longest UNIX address, and the system takes 107 bytes. */
function tooLong(root: string): Finding[] {
  const most = 97 - "/services/haproxy/s".length;
  if (Buffer.byteLength(root) <= most) return [];
  return [
    {
      key: "vigil:directory",
      message: `${root} has ${String(Buffer.byteLength(root))} characters, a stack's folder may have ${String(most)}`,
      mend: "choose a folder with a shorter path",
    },
  ];
}

type Grafana = NonNullable<PlanOptions["grafana"]>;

/** What a plan needs for Grafana; undefined where its program is not to be had. */
function grafanaFor(program: string | undefined): ((system: System) => Grafana) | undefined {
  if (program === undefined) return undefined;
  return (system) => ({ home: dirname(dirname(program)), dashboards: renderDashboards(system) });
}

function warnOfSilence(system: System, given: readonly string[], stack: string): void {
  for (const receiver of silentReceivers(system, given)) {
    const mends = secretsOfReceiver(receiver).map((secret) => secretCommand(secret, stack));
    void pulumi.log.warn(
      `receiver ${receiver.name} sends to nobody: to give it its address, ${mends.join(" and ")}`,
    );
  }
}

function warnOfStopped(root: string): void {
  for (const name of stoppedOnPurpose(root))
    void pulumi.log.warn(`${name} is stopped on purpose; start it: npm run service -- start ${name}`);
}

function stoppedOnPurpose(root: string): string[] {
  try {
    return readdirSync(stackPaths(root).stopped);
  } catch {
    return [];
  }
}
