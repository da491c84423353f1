import { renderHaproxy } from "../haproxy.ts";
import { renderHomePage } from "../homePage.ts";
import type { PlanFile, Service } from "../hosts.ts";
import { service, tcpPorts, type PlanContext } from "./context.ts";

/** HAProxy: what people and programs outside reach, and the listener before the queries. */
export function edgeServices(stack: PlanContext): Service[] {
  const { system, layout } = stack;
  return stack.instances("haproxy").map((instance) => {
    const context = stack.at(instance);
    const home: PlanFile = {
      path: context.file(instance.name, "home.html"),
      content: renderHomePage(system, layout, { grafana: context.instances("grafana").length > 0 }),
      onChange: "reload",
    };
    const config: PlanFile = {
      path: context.file(instance.name, "haproxy.cfg"),
      content: renderHaproxy(system, layout, {
        certificateFile: context.certificate(instance.name).pemFile,
        certificateAuthorityFile: context.certificateAuthorityFile,
        homePageFile: home.path,
        statsSocket: context.file(instance.name, "s"),
        queryListener: { address: instance.address, port: instance.ports["internal-query"] ?? 0 },
        maxConnections: 1_024,
        member: instance.member,
      }),
      onChange: "reload",
    };
    return service(context, instance, {
      executable: "haproxy",
      // A master that replaces its worker on SIGUSR2 without closing a listener, in the foreground.
      arguments: ["-W", "-db", "-f", config.path],
      files: [home, config],
      directories: [],
      // Under the names of the interfaces, by which they are found again.
      ports: [...tcpPorts(layout.edge, layout.edgeAddress), ...tcpPorts(instance.ports, instance.address)],
      reload: { kind: "signal", signal: "SIGUSR2" },
      onCertificates: "reload",
    });
  });
}
