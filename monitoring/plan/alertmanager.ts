import { alertmanagerArguments, renderAlertmanagerConfig, renderClusterTls } from "../alertmanager.ts";
import { renderAlertmanagerTemplates } from "../alertmanagerTemplates.ts";
import type { PlanFile, Service } from "../hosts.ts";
import { addressOf } from "../targets.ts";
import { edgeUrl, reloadOverHttp, service, webConfigFile, type PlanContext } from "./context.ts";

/** The Alertmanagers, which agree by encrypted gossip who notifies. */
export function alertmanagerServices(stack: PlanContext): Service[] {
  const { system, layout } = stack;
  return stack.instances("alertmanager").map((instance) => {
    const context = stack.at(instance);
    const file = (name: string, content: string, onChange: PlanFile["onChange"]): PlanFile => ({
      path: context.file(instance.name, name),
      content,
      onChange,
    });
    const certificate = context.certificate(instance.name);
    const templates = file("templates.tmpl", renderAlertmanagerTemplates(), "reload");
    // Beside the configuration: without an absolute path the members' texts are the same, and so are their hashes.
    const config = file(
      "alertmanager.yml",
      renderAlertmanagerConfig(system, { secretFile: context.secretFile, templatesGlob: "templates.tmpl" }),
      "reload",
    );
    const { certificateAuthorityFile } = context;
    const cluster = file(
      "cluster.yml",
      renderClusterTls({ ...certificate, certificateAuthorityFile }),
      "restart",
    );
    const web = webConfigFile(context, instance);
    return service(context, instance, {
      executable: "alertmanager",
      arguments: alertmanagerArguments(system, layout, {
        member: instance.member,
        configFile: config.path,
        webConfigFile: web.path,
        dataDirectory: context.data(instance.name),
        listen: addressOf(instance, "http"),
        clusterListen: addressOf(instance, "cluster"),
        externalUrl: edgeUrl(context, "alertmanager"),
        clusterTlsFile: cluster.path,
      }),
      files: [web, templates, config, cluster],
      reload: reloadOverHttp(instance),
    });
  });
}
