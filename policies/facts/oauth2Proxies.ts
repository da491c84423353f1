/** Options of oauth2-proxy: flags have the first word, then the environment, then its file. */
import { at, isMap, listAt, type Properties, type Resource } from "../resource.ts";
import { containersOf, podTemplateOf } from "./podTemplates.ts";
import { processesOf, processTypes, type Process } from "./processes.ts";
import { isTruthy, releaseOf, releaseTypes, valueOf, type Release } from "./releases.ts";
import { scriptsOf } from "./scripts.ts";
import { textOf, tomlValues } from "./settings.ts";
import { textsOf } from "./texts.ts";

export interface Oauth2Proxy {
  readonly path: string;
  /** Every value, by the option's name in the file: `email_domains`; empty where it is not said. */
  readonly options: (name: string) => readonly string[];
  /** Whether what is not said here has oauth2-proxy's default, because nothing else can say it. */
  readonly complete: boolean;
}

export const proxyTypes: readonly string[] = [
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Secret",
  ...releaseTypes,
  ...processTypes,
];

export function proxiesOf(resource: Resource): readonly Oauth2Proxy[] {
  const release = releaseOf(resource);
  if (release !== undefined) return release.chart === "oauth2-proxy" ? [charted(release)] : [];
  const pod = podTemplateOf(resource);
  const processes = processesOf(resource);
  if (pod !== undefined)
    return containersOf(pod).flatMap(({ container }, index) => {
      const process = processes[index];
      return process !== undefined && isProxy(process) ? [contained(process, container)] : [];
    });
  const scripts = scriptsOf(resource);
  const files = scripts.length === 0 ? textsOf(resource) : scripts;
  return [
    // An INI file's cookies are somebody else's: this file has no sections.
    ...files
      .filter(
        ({ text }) =>
          /^\s*(?:cookie_\w+|email_domains)\s*=/m.test(text) && !/^\s*\[[\w.-]+\]\s*$/m.test(text),
      )
      .map(({ path, text }) => ({ path, options: (name: string) => tomlValues(text, name), complete: true })),
    ...processes.filter(isProxy).map((process) => contained(process, {})),
  ];
}

function isProxy({ image, commandLine, flag }: Process): boolean {
  return (
    /(?:^|\/)oauth2-proxy(?:[:@]|$)/.test(image) ||
    /(?:^|[\s"'/\\=])oauth2-proxy(?:\.exe)?["']?\s+["']?--/m.test(commandLine) ||
    flag("oidc-issuer-url") !== undefined ||
    flag("cookie-secret") !== undefined
  );
}

function contained(process: Process, container: Properties): Oauth2Proxy {
  const { path, flags } = process;
  const environment = variables(listAt(container, "env"));
  const told = (name: string): readonly string[] =>
    flagNames(name).flatMap((flag) => flags(flag).map(String));
  const hasFile = ["config", "alpha-config"].some((name) => flags(name).length > 0);
  return {
    path,
    options: (name) => firstSaid(told(name), () => environment(name)),
    complete: !hasFile && listAt(container, "envFrom").length === 0,
  };
}

function charted(release: Release): Oauth2Proxy {
  const config = (name: string): unknown => valueOf(release, `config.${name}`);
  const args = valueOf(release, "extraArgs");
  const environment = variables(listAt(release.values, "extraEnv"));
  const told = (name: string): readonly string[] => {
    // A flag with no value is one that is on.
    if (isMap(args))
      return flagNames(name).flatMap((flag) => items(args[flag]).map((value) => value || "true"));
    if (!Array.isArray(args)) return [];
    const given = new RegExp(`^--(?:${flagNames(name).join("|")})(?:=(.*))?$`);
    return args.flatMap((argument: unknown) => {
      const found = given.exec(textOf(argument));
      return found === null ? [] : [found[1] ?? "true"];
    });
  };
  const values: Readonly<Record<string, () => readonly string[]>> = {
    email_domains: () =>
      items(config("emailDomains") ?? (isTruthy(config("existingConfig")) ? undefined : ["*"])),
    authenticated_emails_file: () =>
      isTruthy(valueOf(release, "authenticatedEmailsFile.enabled")) ? ["emails"] : [],
    cookie_secret: () => secret("cookieSecret"),
    client_secret: () => secret("clientSecret"),
  };
  // Without a Secret of somebody's the chart makes one of what its values say, or of its own, which everybody knows.
  const secret = (name: string): readonly string[] =>
    isTruthy(config("existingSecret")) || valueOf(release, "proxyVarsAsSecrets") === false
      ? []
      : items(config(name) ?? "XXXXXXXX");
  const file = config("configFile");
  return {
    path: "values.extraArgs",
    options: (name) =>
      firstSaid(
        told(name),
        () => environment(name),
        () => (isTruthy(file) ? tomlValues(textOf(file), name) : []),
        // A file of one's own has no domains of the chart's.
        () => (isTruthy(file) && name === "email_domains" ? [] : (values[name]?.() ?? [])),
      ),
    complete: !isTruthy(config("existingConfig")),
  };
}

function firstSaid(
  first: readonly string[],
  ...others: readonly (() => readonly string[])[]
): readonly string[] {
  return others.reduce((said, ask) => (said.length > 0 ? said : ask()), first);
}

/** `email_domains` is `--email-domain`. */
function flagNames(option: string): readonly string[] {
  const name = option.replaceAll("_", "-");
  return [...new Set([name.replace(/s$/, ""), name])];
}

function variables(list: readonly unknown[]): (name: string) => readonly string[] {
  return (option) => {
    const names = flagNames(option).map((name) => `OAUTH2_PROXY_${name.replaceAll("-", "_").toUpperCase()}`);
    return list
      .filter((one) => names.includes(String(at(one, "name"))))
      .flatMap((one) => textOf(at(one, "value")).split(","));
  };
}

function items(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map(textOf) : [textOf(value)];
}
