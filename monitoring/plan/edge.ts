import { renderHaproxy } from "../haproxy.ts";
import { renderHomePage } from "../homePage.ts";
import type { Instance, PlanFile, Service } from "../hosts.ts";
import { service, tcpPorts, type PlanContext } from "./context.ts";

/** HAProxy: what people and programs outside reach, and the listener before the queries. */
export function edgeServices(stack: PlanContext): Service[] {
  return stack.instances("haproxy").map((instance) => edge(stack.at(instance), instance));
}

function edge(context: PlanContext, instance: Instance): Service {
  const { system, layout } = context;
  const { forwardedPorts } = context.options;
  const form = formOf(context, instance);
  const addresses = layout.edgeAddresses?.[instance.machine] ?? [layout.edgeAddress];
  const home: PlanFile = {
    path: context.file(instance.name, "home.html"),
    content: renderHomePage(system, layout, { grafana: context.instances("grafana").length > 0 }),
    onChange: "reload",
  };
  const config: PlanFile = {
    path: context.file(instance.name, "haproxy.cfg"),
    content: renderHaproxy(system, layout, {
      certificateFile: slashes(context.certificate(instance.name).pemFile),
      certificateAuthorityFile: slashes(context.certificateAuthorityFile),
      homePageFile: slashes(home.path),
      queryListener: { address: instance.address, port: instance.ports["internal-query"] ?? 0 },
      maxConnections: 1_024,
      member: instance.member,
      addresses,
      logFormat: form.logFormat,
      ...(form.socket === undefined ? {} : { statsSocket: form.socket }),
      ...(forwardedPorts === undefined ? {} : { forwardedPorts }),
    }),
    onChange: "reload",
  };
  return service(context, instance, {
    executable: "haproxy",
    // A master that replaces its worker on SIGUSR2 without closing a listener, in the foreground.
    arguments: [...(form.socket === undefined ? [] : ["-W"]), "-db", "-f", slashes(config.path)],
    files: [home, config],
    directories: form.directories,
    // Under the names of the interfaces, by which they are found again.
    ports: [
      ...addresses.flatMap((address) => tcpPorts(layout.edge, address)),
      ...tcpPorts(instance.ports, instance.address),
    ],
    reload: form.socket === undefined ? { kind: "none" } : { kind: "signal", signal: "SIGUSR2" },
    onCertificates: "reload",
  });
}

interface Form {
  readonly logFormat: "raw" | "short";
  readonly socket: string | undefined;
  readonly directories: readonly string[];
}

/**
 * On a Linux machine only its data may be written to, and journald reads the log; a Windows build (Cygwin) can neither hand
 * its listeners over nor be told by a signal.
 */
function formOf(context: PlanContext, { name, directories }: Instance): Form {
  if (directories === undefined)
    return { logFormat: "raw", socket: context.file(name, "s"), directories: [] };
  if (directories.separator === "\\") return { logFormat: "raw", socket: undefined, directories: [] };
  const data = context.data(name);
  return { logFormat: "short", socket: context.join(data, "s"), directories: [data] };
}

/** A backslash is an escape in HAProxy's configuration; Windows takes both. */
function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}
