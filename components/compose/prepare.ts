/** From a stack's configuration to its containers: no engine, no Docker, nothing written. */
import { prepareStack } from "../../configuration/prepare.ts";
import type { StackConfig } from "../../configuration/parse.ts";
import type { StackFile } from "../../configuration/stackFiles.ts";
import { assertDeployable } from "../../monitoring/check.ts";
import { composeStack, demoInContainer, type ComposeStack } from "../../monitoring/compose.ts";
import { distributionImages, type Containerised } from "../../monitoring/compose/images.ts";
import { containerLayout } from "../../monitoring/compose/layout.ts";
import type { Layout, ServicePlan } from "../../monitoring/hosts.ts";
import type { Component, System } from "../../monitoring/model.ts";
import { addedTargets } from "../../monitoring/extend.ts";
import { onThisMachine, silentReceivers } from "../../monitoring/onThisMachine.ts";
import { planServices } from "../../monitoring/plan.ts";
import { systems } from "../../systems/index.ts";
import pinned from "../../tools/toolchain.json" with { type: "json" };
import project from "../../package.json" with { type: "json" };

export interface ComposeSettings {
  /** `uid:gid` of the files' owner. */
  readonly user: string;
  /** First three numbers of the private network's addresses. */
  readonly network: string;
  /** This project's folder as compose.yaml sees it. */
  readonly project: string;
  /** Names of the secrets that have a value. */
  readonly given: readonly string[];
  /** The project's stack files, to compare with. @default none */
  readonly stackFiles?: readonly StackFile[];
}

export interface PreparedCompose {
  readonly system: System;
  readonly layout: Layout;
  readonly plan: ServicePlan;
  readonly stack: ComposeStack;
  /** Receivers that have no address yet: their alerts are shown and sent to nobody. */
  readonly silent: readonly string[];
}

/** @throws {FindingsError} when the configuration is wrong, and when its stack runs on another platform than `local` */
export function prepareCompose(config: StackConfig, settings: ComposeSettings): PreparedCompose {
  if (config.platform !== "local")
    throw new Error(
      `stack "${config.stack}" runs on ${config.platform}; expected one with vigil:platform local, such as dev`,
    );
  const { demo } = config;
  const { given, network } = settings;
  const added = addedTargets(config.changes);
  const adapt = (system: System): System => onThisMachine(system, { demo, given, added });
  const layoutOf = (system: System): Layout =>
    containerLayout(adapt(system), {
      network,
      portBase: config.portBase,
      demo,
      added,
      grafana: false,
      human: config.human,
    });
  const prepared = prepareStack(config, {
    systems,
    layoutOf,
    suppliedSecrets: ({ secrets }) => secrets.map(({ name }) => name),
    ...(settings.stackFiles && { stackFiles: settings.stackFiles }),
  });
  assertDeployable(prepared.findings);
  const system = adapt(prepared.system);
  const layout = layoutOf(prepared.system);
  const silent = silentReceivers(prepared.system, given);
  const plan = withoutUnused(
    planServices(system, layout, {
      ...(config.blockDuration === "2h" ? {} : { blockDuration: config.blockDuration }),
      demoProgram: demoInContainer,
    }),
    prepared.system,
    given,
  );
  const named = { ...plan, stack: config.stack };
  const stack = composeStack(named, layout, {
    user: settings.user,
    versions: versions(),
    network,
    sizing: system.components,
    callsOut: callsOut(demo),
    project: settings.project,
  });
  return { system, layout, plan: named, stack, silent: silent.map(({ name }) => name) };
}

/** A value made at random for a receiver without an address would pass for its address the next time. */
function withoutUnused(plan: ServicePlan, original: System, given: readonly string[]): ServicePlan {
  const asked = new Set(
    original.secrets
      .filter(({ name, generated }) => !generated && !given.includes(name))
      .map(({ name }) => name),
  );
  return { ...plan, secrets: plan.secrets.filter(({ name, generated }) => !(generated && asked.has(name))) };
}

/** Alerts go to addresses outside; so do scrapes, unless the demo stands in for what is watched. */
function callsOut(demo: boolean): Component[] {
  return ["alertmanager", ...(demo ? [] : (["prometheus", "redis-exporter", "blackbox-exporter"] as const))];
}

function versions(): Readonly<Record<Containerised, string>> {
  const { redis, ...tools } = pinned.tools;
  return {
    prometheus: tools.prometheus.version,
    thanos: tools.thanos.version,
    alertmanager: tools.alertmanager.version,
    pushgateway: tools.pushgateway.version,
    node_exporter: tools.node_exporter.version,
    blackbox_exporter: tools.blackbox_exporter.version,
    redis_exporter: tools.redis_exporter.version,
    "redis-server": distributionImages["redis-server"] ?? redis.version,
    haproxy: distributionImages.haproxy ?? tools.haproxy.version,
    grafana: tools.grafana.version,
    node: project.dependencies.node,
  };
}
