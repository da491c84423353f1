/** What Prometheus reads, written where its checker finds it. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { issueCertificates } from "../../components/local/authority.ts";
import type { Layout } from "../../monitoring/hosts.ts";
import type { System } from "../../monitoring/model.ts";
import { renderPrometheusConfig, type PrometheusConfigOptions } from "../../monitoring/prometheus.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { renderTargets } from "../../monitoring/targets.ts";
import { certificateOf } from "./fixtures.ts";

/** Certificates, passwords and paths that a Prometheus of the example system is given. */
export async function prepareFiles(directory: string): Promise<PrometheusConfigOptions> {
  await issueCertificates(directory, "example", [certificateOf("client")], false);
  for (const name of ["scrape", "warehouse-password"]) await writeFile(join(directory, name), "a password\n");
  return {
    member: 1,
    azureSubscription: "00000000-0000-0000-0000-000000000000",
    targetsFile: join(directory, "targets.yml"),
    rulesFile: join(directory, "rules.yml"),
    certificateAuthorityFile: join(directory, "ca.crt"),
    clientCertificateFile: join(directory, "client.crt"),
    clientKeyFile: join(directory, "client.key"),
    scrapePasswordFile: join(directory, "scrape"),
    secretFile: (name) => join(directory, name),
  };
}

/** Writes everything that `prometheus.yml` names, and itself. */
export async function writeAll(
  system: System,
  layout: Layout,
  options: PrometheusConfigOptions,
): Promise<void> {
  await writeFile(options.targetsFile, renderTargets(system, layout));
  await writeFile(options.rulesFile, renderRules(system, "prometheus"));
  await writeFile(
    join(options.targetsFile, "../prometheus.yml"),
    renderPrometheusConfig(system, layout, options),
  );
}
