import { alertResendDelay } from "../alertDelivery.ts";
import type { Instance, PlanFile, Service } from "../hosts.ts";
import { prometheusArguments, renderPrometheusConfig } from "../prometheus.ts";
import { renderRules } from "../rules.ts";
import { addressOf, renderTargets } from "../targets.ts";
import {
  dashboardBase,
  edgeUrl,
  reloadOverHttp,
  service,
  webConfigFile,
  type PlanContext,
} from "./context.ts";

/** The Prometheus pair: a small prometheus.yml, targets.yml that is re-read by itself, rules.yml. */
export function prometheusServices(stack: PlanContext): Service[] {
  const { system, options } = stack;
  return stack.instances("prometheus").map((instance) => {
    const context = stack.at(instance);
    return service(context, instance, {
      executable: "prometheus",
      arguments: prometheusArguments(system, {
        configFile: context.file(instance.name, "prometheus.yml"),
        webConfigFile: context.file(instance.name, "web.yml"),
        dataDirectory: context.data(instance.name),
        listen: addressOf(instance, "http"),
        externalUrl: edgeUrl(context, "prometheus"),
        mode: system.longTerm.mode,
        resendDelay: alertResendDelay,
        ...(options.blockDuration === undefined ? {} : { blockDuration: options.blockDuration }),
      }),
      files: files(context, instance),
      reload: reloadOverHttp(instance),
      stopTimeout: "60s",
    });
  });
}

function files(context: PlanContext, instance: Instance): PlanFile[] {
  const { system, layout } = context;
  const targets = context.file(instance.name, "targets.yml");
  const rules = context.file(instance.name, "rules.yml");
  return [
    webConfigFile(context, instance),
    { path: targets, content: renderTargets(system, layout), onChange: "watched" },
    {
      path: rules,
      content: renderRules(system, "prometheus", { dashboardBase: dashboardBase(context) }),
      onChange: "reload",
    },
    {
      path: context.file(instance.name, "prometheus.yml"),
      content: renderPrometheusConfig(system, layout, {
        member: instance.member,
        targetsFile: targets,
        rulesFile: rules,
        certificateAuthorityFile: context.certificateAuthorityFile,
        clientCertificateFile: context.client.certificateFile,
        clientKeyFile: context.client.keyFile,
        scrapePasswordFile: context.secretFile("scrape"),
        secretFile: context.secretFile,
      }),
      onChange: "reload",
    },
  ];
}
