/** Grafana's settings: of the chart, of the operator, in a file, or in the environment, which has the last word. */
import { at, isMap, listAt, type Resource } from "../resource.ts";
import { containersOf, podTemplateOf, podTypes, type Container } from "./podTemplates.ts";
import { isTruthy, releaseOf, releaseTypes, valueOf, type Release } from "./releases.ts";
import { scriptsOf, scriptTypes } from "./scripts.ts";
import { filesWith, iniText, iniValue, textOf } from "./settings.ts";

/** By `GF_SECTION_KEY`; read when it is asked for, so that what a preview does not know hides nothing beside it. */
type Environment = ReadonlyMap<string, () => string>;

/** The last word of section and key; undefined where nothing is said. */
type Setting = (section: string, key: string) => string | undefined;

export interface Grafana {
  readonly resource: Resource;
  readonly path: string;
  readonly setting: Setting;
  /** Whether what is not said here has Grafana's default, because nothing else can say it. */
  readonly complete: boolean;
  /** The administrator's first password, wherever it is given. */
  readonly passwords: readonly { readonly path: string; readonly value: unknown }[];
  /** Whether the administrator's password is Grafana's or the chart's own, because nothing says it. */
  readonly defaultPassword: boolean;
  /** Whether more than this machine reaches it by itself: an ingress or a load balancer of the chart's. */
  readonly published: boolean;
}

const operatorType = "kubernetes:grafana.integreatly.org/v1beta1:Grafana";

export const grafanaTypes: readonly string[] = [
  ...releaseTypes,
  ...podTypes,
  operatorType,
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Secret",
  "pulumi-nodejs:dynamic/vigil:Service",
  ...scriptTypes,
];

export function grafanasOf(resource: Resource): readonly Grafana[] {
  const release = releaseOf(resource);
  if (release !== undefined) return charted(release);
  if (resource.type === operatorType) {
    const text = iniText(at(resource.props, "spec", "config"));
    // The operator makes a password of its own.
    return [grafana(resource, "spec.config", { text, complete: true, hasOwnPassword: true })];
  }
  const pod = podTemplateOf(resource);
  if (pod !== undefined) return containersOf(pod).flatMap(contained);
  const files = filesWith(
    resource,
    /^\s*\[(?:auth\.[a-z_]+|public_dashboards)\]\s*$|^\s*\[security\]\s*$[^]*(?:secret_key|admin_user|admin_password|cookie_secure)/m,
  ).map(({ path, text }) =>
    grafana(resource, path, {
      text,
      // In a cluster the environment of the pod that reads it may say the rest.
      complete: !resource.type.startsWith("kubernetes:") && /^\s*\[security\]\s*$/m.test(text),
      hasOwnPassword: false,
    }),
  );
  const environments = scriptsOf(resource).map(({ path, text }) => ({
    path,
    environment: assignments(text),
  }));
  return [
    ...files,
    ...environments
      .filter(({ environment }) => environment.size > 0)
      .map(({ path, environment }) =>
        grafana(resource, path, { environment, complete: false, hasOwnPassword: true }),
      ),
  ];
}

interface Source {
  readonly text?: string;
  readonly environment?: Environment;
  /** Where that is, if not with the text. */
  readonly environmentPath?: string;
  readonly complete: boolean;
  /** Whether an administrator's password that nobody says is still none that everybody knows. */
  readonly hasOwnPassword: boolean;
}

function grafana(
  resource: Resource,
  path: string,
  { text = "", environment = new Map(), environmentPath = path, complete, hasOwnPassword }: Source,
): Grafana {
  const setting: Setting = (section, key) =>
    environment.get(variable(section, key))?.() ?? iniValue(text, section, key);
  const password = variable("security", "admin_password");
  const value = setting("security", "admin_password");
  return {
    resource,
    path,
    setting,
    complete,
    passwords:
      value === undefined
        ? []
        : environment.has(password)
          ? [{ path: `${environmentPath} ${password}`, value }]
          : [{ path: `${path} [security] admin_password`, value }],
    defaultPassword: value === undefined && complete && !hasOwnPassword,
    published: false,
  };
}

/** A chart's of Grafana, or of what has it as a part. */
function charted(release: Release): readonly Grafana[] {
  const base = { grafana: "", "kube-prometheus-stack": "grafana." }[release.chart];
  const enabled = base === undefined ? false : valueOf(release, `${base}enabled`);
  if (base === undefined || (enabled !== undefined && !isTruthy(enabled))) return [];
  const value = (path: string): unknown => valueOf(release, `${base}${path}`);
  const environment = new Map(
    ["env", "envRenderSecret", "envValueFrom"].flatMap((list) => entries(value(list))),
  );
  const fromSecrets = isTruthy(value("envFromSecret")) || listAt(value("envFromSecrets")).length > 0;
  const found = grafana(release.resource, `values.${base}grafana.ini`, {
    text: iniText(value("grafana\\.ini")),
    environment: withFiles(environment),
    environmentPath: `values.${base}env`,
    complete: !fromSecrets,
    // Grafana's own chart makes one; that of the whole stack had one for everybody until it left that to the first.
    hasOwnPassword: base === "" || isTruthy(value("admin.existingSecret")),
  });
  const written = { path: `values.${base}adminPassword`, value: value("adminPassword") };
  return [
    {
      ...found,
      passwords: [...found.passwords, ...(written.value === undefined ? [] : [written])],
      defaultPassword: found.defaultPassword && written.value === undefined,
      published:
        isTruthy(value("ingress.enabled")) ||
        Object.values(isMap(value("route")) ? (value("route") as object) : {}).some((route) =>
          isTruthy(at(route, "enabled")),
        ) ||
        ["LoadBalancer", "NodePort"].includes(String(value("service.type"))),
    },
  ];
}

function contained({ pod, path, container }: Container): readonly Grafana[] {
  const variables = listAt(container, "env")
    .filter(isMap)
    .map((one) => [String(one["name"]), () => textOf(one["value"])] as const);
  const isGrafana = /(?:^|\/)grafana(?:-oss|-enterprise)?(?:[:@]|$)/.test(String(container["image"]));
  if (!isGrafana && !variables.some(([name]) => name.startsWith("GF_"))) return [];
  // What is mounted or taken over may say the rest.
  const mounted = listAt(container, "volumeMounts").some((mount) =>
    /^\/etc\/grafana(?:\/[\w.-]+\.ini)?\/?$/.test(String(at(mount, "mountPath"))),
  );
  const complete = isGrafana && !mounted && listAt(container, "envFrom").length === 0;
  const environment = withFiles(new Map(variables));
  return [grafana(pod.resource, `${path}.env`, { environment, complete, hasOwnPassword: false })];
}

function variable(section: string, key: string): string {
  return `GF_${section}_${key}`.replaceAll(/[.-]/g, "_").toUpperCase();
}

function entries(map: unknown): (readonly [string, () => string])[] {
  return isMap(map) ? Object.keys(map).map((name) => [name, () => textOf(map[name])] as const) : [];
}

/** `GF_X__FILE` gives what `GF_X` would. */
function withFiles(environment: Environment): Environment {
  return new Map(
    [...environment].map(([name, value]) =>
      name.endsWith("__FILE") ? [name.replace(/__FILE$/, ""), () => `$__file{${value()}}`] : [name, value],
    ),
  );
}

/** Of shells, units and compose files. */
function assignments(text: string): Environment {
  const found = text.matchAll(
    /\b(GF_[A-Z0-9_]+)["']?[ \t]*[:=][ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"']+))/g,
  );
  return withFiles(
    new Map([...found].map(([, name = "", ...values]) => [name, () => values.find(Boolean) ?? ""])),
  );
}
