/** Grafana's settings: of the chart, in a file, or in the environment. */
import { isMap, type Resource } from "../resource.ts";
import { releaseOf, valueOf } from "./releases.ts";
import { filesWith, iniText, iniValue } from "./settings.ts";
import { scriptTypes } from "./scripts.ts";

export interface Grafana {
  readonly resource: Resource;
  readonly path: string;
  /** The last word of section and key; undefined: Grafana's default. */
  readonly setting: (section: string, key: string) => string | undefined;
  /** The administrator's first password, where it is written down. */
  readonly writtenPassword: { readonly path: string; readonly value: unknown };
  /** Whether the administrator's password is Grafana's or the chart's own, because nothing else says it. */
  readonly defaultPassword: boolean;
  /** Whether more than this machine reaches it by itself: an ingress or a load balancer of the chart's. */
  readonly published: boolean;
}

export const grafanaTypes: readonly string[] = [
  "kubernetes:helm.sh/v3:Release",
  "kubernetes:helm.sh/v4:Chart",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Secret",
  "pulumi-nodejs:dynamic/vigil:Service",
  ...scriptTypes,
];

export function grafanasOf(resource: Resource): readonly Grafana[] {
  const release = releaseOf(resource);
  if (release !== undefined) {
    const base = { grafana: "", "kube-prometheus-stack": "grafana." }[release.chart];
    if (base === undefined || valueOf(release, `${base}enabled`) === false) return [];
    const value = (path: string): unknown => valueOf(release, `${base}${path}`);
    const text = iniText(value("grafana\\.ini"));
    const environment = value("env");
    const fromFile = isMap(environment)
      ? Object.keys(environment).some((name) => /^GF_SECURITY_ADMIN_PASSWORD__FILE$/.test(name))
      : false;
    return [
      {
        resource,
        path: `values.${base}grafana.ini`,
        setting: (section, key) => iniValue(text, section, key),
        writtenPassword: { path: `values.${base}adminPassword`, value: value("adminPassword") },
        defaultPassword:
          value("admin.existingSecret") === undefined && !fromFile && value("adminPassword") === undefined,
        published:
          value("ingress.enabled") === true ||
          ["LoadBalancer", "NodePort"].includes(String(value("service.type"))),
      },
    ];
  }
  return filesWith(
    resource,
    /^\s*\[(?:auth\.anonymous|security)\]\s*$[^]*(?:secret_key|admin_user|admin_password|cookie_secure)/m,
  ).map(({ path, text }) => ({
    resource,
    path,
    setting: (section, key) => iniValue(text, section, key),
    writtenPassword: { path: `${path} admin_password`, value: iniValue(text, "security", "admin_password") },
    defaultPassword: iniValue(text, "security", "admin_password") === undefined,
    published: false,
  }));
}
