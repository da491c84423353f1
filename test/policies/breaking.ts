/** What can be broken below a value: settings, lists of permissions, documents and lines of files inside texts, flags. */
import { unpacked } from "../../policies/facts/payloads.ts";
import { isConcerned, senseOf, split } from "./senses.ts";

export type Operator = "remove" | "weaken" | "widen" | "shorten";
export type Step = string | number;

export interface Breaking {
  readonly steps: readonly Step[];
  readonly operator: Operator;
  readonly was: unknown;
  /** {@link gone} where it was removed. */
  readonly becomes: unknown;
  /** The whole value with this one change. */
  readonly whole: unknown;
}

export const gone = Symbol("gone");

/** @param above names of what the value lies in */
export function breakingsOf(root: unknown, above: readonly Step[] = []): Breaking[] {
  return walk(root, []);

  function walk(value: unknown, steps: readonly Step[]): Breaking[] {
    const path = [...above, ...steps];
    if (isSilent(path)) return [];
    const own = (operator: Operator, becomes: unknown): Breaking => ({
      ...{ steps, operator, was: value, becomes },
      whole: replaced(root, steps, becomes),
    });
    const inside = (found: readonly Breaking[], write: (whole: unknown) => unknown): Breaking[] =>
      found.map((one) => ({
        ...{ ...one, steps: [...steps, ...one.steps] },
        whole: replaced(root, steps, write(one.whole)),
      }));
    if (typeof value === "string") {
      const document = documentOf(value);
      if (isDashboard(document)) return [];
      if (document !== undefined)
        return inside(breakingsOf(document, path), (whole) => JSON.stringify(whole));
      if (value.includes("\n") || value.includes("--"))
        return inside(textBreakings(unpacked(value), path), (whole) => whole);
    }
    // A statement that refuses is only broken by taking it away or turning it round.
    if (isMap(value) && value["Effect"] === "Deny")
      return [own("remove", gone), own("weaken", { ...value, Effect: "Allow" })];
    // A script that a cloud takes as lines.
    const script = Array.isArray(value) && steps.at(-1) === "runCommand" ? value.join("\n") : undefined;
    if (script !== undefined)
      return inside(textBreakings(unpacked(script), path), (whole) => String(whole).split("\n"));
    const below = Array.isArray(value)
      ? value.flatMap((item, index) => walk(item, [...steps, index]))
      : isMap(value)
        ? Object.keys(value)
            .filter((key) => !key.startsWith("__"))
            .flatMap((key) => walk(value[key], [...steps, key]))
        : [];
    // A map whose settings are broken one at a time is no setting of its own.
    const whole = isMap(value) && below.length > 0 ? [] : removals(value, path);
    const here = steps.length === 0 ? [] : [...changesOf(value, path), ...whole];
    return [...here.map(({ operator, becomes }) => own(operator, becomes)), ...below];
  }
}

/** What only names, describes or chooses things. */
function isSilent(path: readonly Step[]): boolean {
  const own = path.at(-1);
  return (
    path.some((step) =>
      /^(?:labels|matchLabels|tags|podLabels|commonLabels|fieldRef|dashboards)$/.test(String(step)),
    ) &&
    !/pod-security/.test(String(own)) &&
    own !== path.find((step) => /^labels$/.test(String(step)))
  );
}

const identifiers =
  /^(?:name|namespace|id|arn|uri|url|description|title|kind|apiVersion|apiGroup|group|key|path|mountPath|image|repository|registry|sid|category|topologyKey|sectionName|displayName|email)$|(?:Name|Id|Uri|ID|URL|Url)$/i;

function removals(value: unknown, path: readonly Step[]): Change[] {
  const own = path.at(-1);
  if (typeof own === "number")
    return dropped.test(String(path.at(-2))) ? [{ operator: "remove", becomes: gone }] : [];
  // Neither how much is written down nor when an image is fetched is a matter of safety.
  if (/^(?:replicas|replicaCount)$/.test(String(own)) && Number(value) < 2) return [];
  if (/^log|pullPolicy$|^publicIP|^privateIp|^sessionAffinity|limits\.request/i.test(String(own))) return [];
  if (
    /^(?:from|to|ports)$/.test(String(own)) &&
    !path.some((step) => step === "ingress" || step === "egress")
  )
    return [];
  // A name says which, and not how safe; the one of a key is the safety.
  if (identifiers.test(String(own)) && !/^(?:kms|keyArn|keyVault)/i.test(String(own))) return [];
  // `enabled`, `days`: of what stands before them.
  const speaking = /^(?:enabled?|create|type|status|days|value|mode|level|cpu|memory|drop)$/i.test(
    String(own),
  )
    ? path.slice(-2)
    : [own];
  return isConcerned(speaking as Step[]) ? [{ operator: "remove", becomes: gone }] : [];
}

/** Lists of what is refused, recorded or wanted: one less is less safe. In a list of permissions it would be safer. */
const dropped = /^(?:drop|enabledClusterLogTypes|policyTypes|except|tls|hosts|logs|notActions)$/;

interface Change {
  readonly operator: Operator;
  readonly becomes: unknown;
}

/** Values that are the stronger of two, and what the weaker is. */
const weaker: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  ["TLS1_2", "TLS1_0"],
  ["TLS12", "TLS10"],
  ["TLS1.2", "TLS1.0"],
  ["Deny", "Allow"],
  ["RequireAndVerifyClientCert", "NoClientCert"],
  ["VerifyClientCertIfGiven", "NoClientCert"],
  ["required", "optional"],
  ["aws:kms", "AES256"],
  ["Retain", "Delete"],
  ["restricted", "privileged"],
  ["API", "API_AND_CONFIG_MAP"],
  ["INTELLIGENT_TIERING", "GLACIER"],
  ["GLACIER_IR", "DEEP_ARCHIVE"],
  ["Standard_ZRS", "Standard_LRS"],
  ["Premium_ZRS", "Premium_LRS"],
  ["RuntimeDefault", "Unconfined"],
  ["BucketOwnerEnforced", "ObjectWriter"],
  ["DenyAll", "AllowAll"],
  ["ALL", "ACCEPT"],
  ["ClusterIP", "LoadBalancer"],
  ["Always", "Never"],
  ["lax", "none"],
  ["strict", "none"],
  ["RS256", "none"],
]);

const pairs: readonly (readonly [on: unknown, off: unknown])[] = [
  [true, false],
  ["true", "false"],
  ["Enabled", "Disabled"],
  ["enabled", "disabled"],
  ["on", "off"],
];

function changesOf(value: unknown, path: readonly Step[]): Change[] {
  const names = path.filter((step) => typeof step === "string");
  const own = names.at(-1) ?? "";
  const found: Change[] = [...permissionChanges(value, path)];
  const sense = senseOf(path);
  for (const [on, off] of pairs) {
    if (value === on && sense === "protects") found.push({ operator: "weaken", becomes: off });
    if (value === off && sense === "exposes") found.push({ operator: "weaken", becomes: on });
  }
  // When an image is pulled is no matter of keys.
  if (weaker.has(value) && !/pullPolicy/i.test(own))
    found.push({ operator: "weaken", becomes: weaker.get(value) });
  const parts = names.slice(-3).flatMap(split);
  const keeps = ["retention", "retain", "days", "resolution", "resolutionraw", "window", "noncurrent"].some(
    (word) => parts.includes(word),
  );
  const ends = /expire|lifetime|expirationSeconds|^duration$/i.test(own);
  if (typeof value === "number") {
    if (keeps && value > 1) found.push({ operator: "shorten", becomes: 1 });
    else if (ends) found.push({ operator: "widen", becomes: value * 1_000 });
    if (/^(?:replicas|replicaCount|minAvailable)$/.test(own) && value > 0)
      found.push({ operator: "weaken", becomes: own === "minAvailable" ? 0 : 1 });
    if (own === "runAsUser" && value !== 0) found.push({ operator: "weaken", becomes: 0 });
    if (/hop/i.test(own)) found.push({ operator: "widen", becomes: 5 });
  }
  if (typeof value === "string") {
    const [, count, unit] = /^(\d+)(ms|[smhdwy])(?:0m0s|0m|0s)?$/.exec(value) ?? [];
    if (count !== undefined && unit !== undefined) {
      if (ends) found.push({ operator: "widen", becomes: `${String(Number(count) * 1_000)}${unit}` });
      else if (keeps)
        found.push({ operator: "shorten", becomes: unit === "s" || unit === "m" ? `1${unit}` : "1h" });
      else if (/renewBefore/i.test(own)) found.push({ operator: "shorten", becomes: "1h" });
    }
    if (/^\d+(?:\.\d+)?[KMGT]i?B?$/.test(value) && /retention/i.test(own))
      found.push({ operator: "shorten", becomes: "1MB" });
  }
  // Equal to what it was: one replica, `minAvailable` 0.
  return found.filter(({ becomes }) => becomes !== value);
}

/** Keys below which an address range says who may come or go. A range that a network has itself permits nothing. */
const peers =
  /source|^from$|^to$|cidrIpv4|cidrIpv6|^cidrBlocks$|ranges$|authorized|trusted|whitelist|publicAccessCidrs|ipRules|^email_?domains?$|allowed/i;

const everything: Readonly<Record<string, unknown>> = {
  ...{ verbs: ["*"], apiGroups: ["*"], actions: ["*"], dataActions: ["*"], assignableScopes: ["/"] },
  ...{ Action: "*", Resource: "*", Principal: "*", sourceAddressPrefixes: ["*"], sourceAddressPrefix: "*" },
  ...{ destinationPortRanges: ["*"], destinationPortRange: "*", nonResourceURLs: ["*"] },
  ...{ podSelector: {}, namespaceSelector: {}, subject: "*", audiences: ["*"], ipProtocol: "-1" },
};

/** The identifier of Owner in every subscription. */
const owner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

function permissionChanges(value: unknown, path: readonly Step[]): Change[] {
  const own = String(path.at(-1));
  const inPeers = path.slice(-4).some((step) => peers.test(String(step)));
  const widened = (becomes: unknown): Change[] => [{ operator: "widen", becomes }];
  if (typeof value === "string") {
    if (
      /^\d{1,3}(?:\.\d{1,3}){3}\/\d+$/.test(value) &&
      !value.startsWith("0.") &&
      inPeers &&
      !path.includes("except")
    )
      return widened("0.0.0.0/0");
    if (own === "roleDefinitionId") return widened(value.replace(/[^/]+$/, owner));
    if (own === "scope" && value.startsWith("/subscriptions/"))
      return widened(value.split("/").slice(0, 3).join("/"));
    if (own === "name" && path.at(-2) === "roleRef") return widened("cluster-admin");
    if (own === "name" && path.includes("subjects")) return widened("system:authenticated");
  }
  if (own === "resources" && path.includes("rules") && Array.isArray(value)) return widened(["*"]);
  if (own === "podSelector" || own === "namespaceSelector")
    return inPeers && isMap(value) && Object.keys(value).length > 0 ? widened({}) : [];
  const all = everything[own];
  if (all === undefined || JSON.stringify(all) === JSON.stringify(value)) return [];
  if (own === "subject" && !String(value).startsWith("system:")) return [];
  return widened(all);
}

function documentOf(text: string): unknown {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** It draws, and opens nothing. */
function isDashboard(document: unknown): boolean {
  return isMap(document) && "panels" in document;
}

/** Lines `key: value` and `key = value` of a file, and flags wherever they stand. */
function textBreakings(text: string, path: readonly Step[]): Breaking[] {
  return [...(isFile(path) ? lineBreakings(text, path) : []), ...flagBreakings(text, path)];
}

function isFile(path: readonly Step[]): boolean {
  // A program is no configuration.
  if (/\.(?:py|sh|ps1|lua)$/.test(String(path.at(-1)))) return false;
  return path.some((step) =>
    /^(?:data|stringData|templateFrom|config|global-config-snippet)$/.test(String(step)),
  );
}

function lineBreakings(text: string, path: readonly Step[]): Breaking[] {
  const lines = text.split("\n");
  const above: { readonly indent: number; readonly key: string }[] = [];
  return lines.flatMap((line, index) => {
    const [, section] = /^\s*\[([\w.-]+)\]\s*$/.exec(line) ?? [];
    const [, indent = "", quote = "", key, between, rest = ""] =
      /^([\s-]*)(["']?)([\w.-]+)\2(\s*[:=]\s*)(.*)$/.exec(line) ?? [];
    if (section !== undefined) above.splice(0, Infinity, { indent: -1, key: section });
    if (key === undefined) return [];
    while (above.length > 0 && (above.at(-1)?.indent ?? 0) >= indent.length) above.pop();
    const steps = [...above.map((each) => each.key), key];
    above.push({ indent: indent.length, key });
    if (rest === "") return [];
    const value = scalar(rest);
    const full = [...path, ...steps];
    const changes = [...changesOf(value, full), ...removals(value, full)];
    return changes.map(({ operator, becomes }): Breaking => {
      const written =
        typeof value === "string" && /^["']/.test(rest) ? JSON.stringify(becomes) : String(becomes);
      const own = `${indent}${quote}${key}${quote}${between ?? ""}${becomes === gone ? "" : written}`;
      const whole = becomes === gone ? lines.toSpliced(index, 1) : lines.with(index, own);
      return { steps, operator, was: value, becomes, whole: whole.join("\n") };
    });
  });
}

function scalar(text: string): unknown {
  const plain = text.replace(/^(["'])(.*)\1$/, "$2");
  if (plain !== text) return plain;
  if (text === "true" || text === "false") return text === "true";
  return /^\d+$/.test(text) ? Number(text) : text;
}

function flagBreakings(text: string, path: readonly Step[]): Breaking[] {
  const flags = text.matchAll(/(?<![\w-])--([a-z][\w.-]*)(?:=([^\s"'`<]+))?/g);
  return [...flags].flatMap((found): Breaking[] => {
    const [whole, name = "", rest] = found;
    const value = rest === undefined ? true : scalar(rest);
    const full = [...path, ...name.split(".")];
    const changes = [
      ...(rest === undefined ? [] : changesOf(value, full)),
      ...removals(value, [...path, name]),
    ];
    return changes.map(({ operator, becomes }) => {
      const written = becomes === gone ? "" : `--${name}=${String(becomes)}`;
      const before = text.slice(0, found.index);
      return {
        ...{ steps: [`--${name}`], operator, was: value, becomes },
        whole: `${before}${written}${text.slice(found.index + whole.length)}`,
      };
    });
  });
}

function replaced(value: unknown, [step, ...rest]: readonly Step[], becomes: unknown): unknown {
  if (step === undefined) return becomes;
  if (Array.isArray(value)) {
    const items = value as unknown[];
    const inner = replaced(items[Number(step)], rest, becomes);
    return inner === gone ? items.toSpliced(Number(step), 1) : items.with(Number(step), inner);
  }
  const { [step]: old, ...others } = value as Record<string, unknown>;
  const inner = replaced(old, rest, becomes);
  return inner === gone ? others : { ...(value as object), [step]: inner };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
