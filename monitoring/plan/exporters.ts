import { renderBlackboxConfig } from "../blackbox.ts";
import type { Instance, PlanFile, Service } from "../hosts.ts";
import { addressOf } from "../targets.ts";
import { ready, reloadOverHttp, service, webConfigFile, type PlanContext } from "./context.ts";

/** PushGateway and the exporters. */
export function exporterServices(stack: PlanContext): Service[] {
  return [
    ...stack.instances("pushgateway").map((instance) => pushgateway(stack.at(instance), instance)),
    ...stack.instances("node-exporter").map((instance) => nodeExporter(stack.at(instance), instance)),
    ...stack.instances("windows-exporter").map((instance) => windowsExporter(stack.at(instance), instance)),
    ...stack.instances("blackbox-exporter").map((instance) => blackboxExporter(stack.at(instance), instance)),
    ...stack.instances("redis-exporter").map((instance) => redisExporter(stack.at(instance), instance)),
  ];
}

function pushgateway(context: PlanContext, instance: Instance): Service {
  const web = webConfigFile(context, instance);
  return service(context, instance, {
    executable: "pushgateway",
    arguments: [
      `--web.listen-address=${addressOf(instance, "http")}`,
      `--web.config.file=${web.path}`,
      `--persistence.file=${context.join(context.data(instance.name), "metrics")}`,
      "--persistence.interval=1m",
      "--log.format=json",
    ],
    files: [web],
  });
}

function nodeExporter(context: PlanContext, instance: Instance): Service {
  const web = webConfigFile(context, instance);
  return service(context, instance, {
    executable: "node_exporter",
    arguments: [
      `--web.listen-address=${addressOf(instance, "http")}`,
      `--web.config.file=${web.path}`,
      // Its own process is no news beside the host.
      "--web.disable-exporter-metrics",
      "--log.format=json",
    ],
    files: [web],
    directories: [],
    health: ready(instance, "/"),
  });
}

/** It speaks to Windows' service manager itself. Alerts and dashboards read its default collectors and one more. */
function windowsExporter(context: PlanContext, instance: Instance): Service {
  const web = webConfigFile(context, instance);
  return service(context, instance, {
    executable: "windows_exporter",
    arguments: [
      `--web.listen-address=${addressOf(instance, "http")}`,
      `--web.config.file=${web.path}`,
      // The clock's collector is none of the defaults.
      "--collectors.enabled=[defaults],time",
      // As a service it has no console; its installer says the same.
      "--log.file=eventlog",
    ],
    files: [web],
    directories: [],
    health: ready(instance, "/health"),
  });
}

function blackboxExporter(context: PlanContext, instance: Instance): Service {
  const web = webConfigFile(context, instance);
  const config: PlanFile = {
    path: context.file(instance.name, "blackbox.yml"),
    content: renderBlackboxConfig(context.httpClient),
    onChange: "reload",
  };
  return service(context, instance, {
    executable: "blackbox_exporter",
    arguments: [
      `--web.listen-address=${addressOf(instance, "http")}`,
      `--web.config.file=${web.path}`,
      `--config.file=${config.path}`,
      "--log.format=json",
    ],
    files: [web, config],
    directories: [],
    health: ready(instance, "/-/healthy"),
    reload: reloadOverHttp(instance),
  });
}

/** It knows no passwords of its own callers: they must show a certificate of the stack. */
function redisExporter(context: PlanContext, instance: Instance): Service {
  const { certificateFile, keyFile } = context.certificate(instance.name);
  const passwords: PlanFile = {
    path: context.file(instance.name, "passwords.json"),
    content: JSON.stringify(
      Object.fromEntries(redisUrls(context).map((url) => [url, "{{secret:redis-password}}"])),
      null,
      2,
    ),
    onChange: "restart",
  };
  return service(context, instance, {
    executable: "redis_exporter",
    arguments: [
      `--web.listen-address=${addressOf(instance, "http")}`,
      // Every Redis is asked by the `target` parameter; none is the exporter's own.
      "--redis.addr=",
      `--redis.password-file=${passwords.path}`,
      `--tls-server-cert-file=${certificateFile}`,
      `--tls-server-key-file=${keyFile}`,
      `--tls-server-ca-cert-file=${context.certificateAuthorityFile}`,
      "--connection-timeout=900ms",
      "--log-format=json",
    ],
    files: [passwords],
    directories: [],
    health: {
      kind: "http",
      url: `https://${addressOf(instance, "http")}/health`,
      clientCertificate: true,
      status: 200,
    },
  });
}

/** Of every Redis that wants the stack's password: the stand-ins, and those of the system itself where that is said. */
function redisUrls(context: PlanContext): string[] {
  const own = context.instances("redis").map((redis) => `redis://${addressOf(redis, "redis")}`);
  if (context.options.watchedRedisWantsPassword !== true) return own;
  const named = context.system.jobs.flatMap(({ discovery, through }) =>
    through?.component === "redis-exporter" && discovery.kind === "static"
      ? discovery.targets.map(({ address }) => `${through.addressPrefix ?? ""}${address}`)
      : [],
  );
  return [...own, ...named];
}
