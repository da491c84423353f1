/** Puts a system and a layout together: every service of a host platform with its files, arguments, ports and checks. */
import type { CertificateRequest, Layout, PlanSecret, ServicePlan } from "./hosts.ts";
import type { System } from "./model.ts";
import { alertmanagerServices } from "./plan/alertmanager.ts";
import { certificateFor, planContext, type PlanOptions } from "./plan/context.ts";
import { edgeServices } from "./plan/edge.ts";
import { exporterServices } from "./plan/exporters.ts";
import { grafanaServices } from "./plan/grafana.ts";
import { prometheusServices } from "./plan/prometheus.ts";
import { standInServices } from "./plan/standIns.ts";
import { thanosServices } from "./plan/thanos.ts";

export type { PlanOptions } from "./plan/context.ts";

/**
 * The plan of all services in the layout.
 * @throws when the layout lacks what the system's jobs or components need.
 */
export function planServices(system: System, layout: Layout, options: PlanOptions = {}): ServicePlan {
  const context = planContext(system, layout, options);
  return {
    stack: system.name,
    services: [
      ...standInServices(context),
      ...exporterServices(context),
      ...prometheusServices(context),
      ...alertmanagerServices(context),
      ...edgeServices(context),
      ...thanosServices(context),
      ...grafanaServices(context),
    ],
    certificates: certificates(layout),
    secrets: secrets(system, layout),
  };
}

function certificates(layout: Layout): CertificateRequest[] {
  const served = layout.instances
    .filter(({ component }) => component !== "redis" && component !== "demo")
    .map((instance) =>
      instance.component === "haproxy" ? atEdge(certificateFor(instance), layout) : certificateFor(instance),
    );
  const demo = layout.instances.filter(({ component }) => component === "demo");
  return [
    { name: "client", commonName: "client", dnsNames: ["client"], addresses: [], usage: ["client"] },
    ...served,
    ...demo.slice(0, 1).map((part) => ({
      ...certificateFor(part),
      name: "demo",
      commonName: "demo",
      dnsNames: ["localhost", ...demo.map(({ standsFor, name }) => standsFor ?? name)],
    })),
  ];
}

/** The edge is also known by the address at which people reach it. */
function atEdge(request: CertificateRequest, { edgeHost }: Layout): CertificateRequest {
  const { addresses, dnsNames } = request;
  return /^[\d.]+$|:/.test(edgeHost)
    ? { ...request, addresses: [...new Set([...addresses, edgeHost])] }
    : { ...request, dnsNames: [...new Set([...dnsNames, edgeHost])] };
}

function secrets(system: System, { users }: Layout): PlanSecret[] {
  const user = (name: keyof Layout["users"], about: string): PlanSecret => ({
    name,
    username: users[name],
    about,
    generated: true,
  });
  return [
    user("human", "Password of people, for every user interface"),
    user("scrape", "Password by which the stack's parts read each other"),
    user("reload", "Password by which a changed configuration is announced"),
    ...system.secrets.map(({ name, about, generated }) => ({ name, about, generated })),
  ];
}
