/**
 * Breaks every input of a state that has to do with security or retention, one at a time. What has to do with them is told by
 * the words of its name and by its value, not by what the policies look at: what no policy notices is a gap.
 */
import type { StackResource } from "../../policies/resource.ts";

export interface Mutant {
  /** What was done: `greenlang-prod-storage-blocks (aws:s3/…): versioningConfiguration.status "Enabled" → "Suspended"`. */
  readonly what: string;
  readonly urn: string;
  readonly type: string;
  readonly path: string;
  readonly operator: "weaken" | "widen" | "shorten" | "remove" | "delete" | "unprotect";
  readonly resources: readonly StackResource[];
}

/** Words of names that have to do with security or retention. */
const words =
  /encrypt|kms|tls|ssl|https|cert|auth|rbac|account|anonym|public|private|access|allow|block|deny|policy|firewall|network|cidr|prefix|range|source|secret|token|key|password|privileg|capabilit|rootfilesystem|nonroot|escalation|seccomp|host(?:network|pid|ipc|path)|retention|retain|expir|lifecycle|transition|version(?:ing)|delete|purge|protect|soft|recover|rotation|days|logs?|audit|anti|replica|zone|minAvailable|limits|requests|principal|action|effect|enforce|metadata|http(?:tokens)|hop|reclaim|tier|backup|copy|secure|cookie|verify|insecure/i;

/** Types that only describe, or whose names say everything about their content. */
const silent =
  /^(?:pulumi:|vigil:|random:|kubernetes:monitoring\.coreos\.com\/|kubernetes:core\/v1:LimitRange)/;

/** Values that are the stronger of two, and what the weaker is. */
const weaker: ReadonlyMap<unknown, unknown> = new Map<unknown, unknown>([
  ["TLS1_2", "TLS1_0"],
  ["TLS12", "TLS10"],
  ["TLS1.2", "TLS1.0"],
  ["Enabled", "Disabled"],
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
  ["RuntimeDefault", "Unconfined"],
  ["BucketOwnerEnforced", "ObjectWriter"],
  ["DenyAll", "AllowAll"],
  ["ALL", "ACCEPT"],
]);

export function mutantsOf(resources: readonly StackResource[]): Mutant[] {
  return resources
    .filter(({ type }) => !silent.test(type))
    .flatMap((resource) => [
      ...changes(resource, resources),
      ...deletion(resource, resources),
      ...(resource.protect
        ? [
            mutant(
              resource,
              resources,
              "",
              "unprotect",
              { ...resource, protect: false },
              "protect true → false",
            ),
          ]
        : []),
    ]);
}

interface Change {
  readonly operator: Mutant["operator"];
  readonly value: unknown;
}

const gone = Symbol("gone");

function changes(resource: StackResource, all: readonly StackResource[]): Mutant[] {
  return leaves(resource.props).flatMap(({ steps, value }) => {
    const path = steps.join(".");
    if (!words.test(path)) return [];
    return operators(steps, value).map(({ operator, value: other }) =>
      mutant(
        resource,
        all,
        path,
        operator,
        { ...resource, props: replaced(resource.props, steps, other) as StackResource["props"] },
        `${path} ${JSON.stringify(value)} → ${other === gone ? "nothing" : JSON.stringify(other)}`,
      ),
    );
  });
}

function operators(steps: readonly (string | number)[], value: unknown): Change[] {
  const name = String(steps.at(-1));
  const found: Change[] = [];
  if (typeof value === "boolean") found.push({ operator: "weaken", value: !value });
  if (weaker.has(value)) found.push({ operator: "weaken", value: weaker.get(value) });
  if (typeof value === "string" && /^\d{1,3}(?:\.\d{1,3}){3}\/\d+$/.test(value) && !value.startsWith("0."))
    found.push({ operator: "widen", value: "0.0.0.0/0" });
  if (typeof value === "number" && /days|retention/i.test(name))
    found.push({ operator: "shorten", value: 1 });
  if (typeof value === "string" && /^\d+[dwy]$/.test(value) && /retention|resolution/i.test(steps.join(".")))
    found.push({ operator: "shorten", value: "1h" });
  if (typeof name === "string" && steps.every((step) => typeof step === "string"))
    found.push({ operator: "remove", value: gone });
  return found;
}

/** Resources whose absence weakens another. */
function deletion(resource: StackResource, all: readonly StackResource[]): Mutant[] {
  if (
    !/BucketPublicAccessBlock|BucketVersioning|BucketLifecycle|BucketServerSide|BucketPolicy|BucketOwnership|BucketLogging|ManagementPolicy|BlobServiceProperties|DiagnosticSetting|FlowLog|DefaultSecurityGroup|PrivateEndpoint/.test(
      resource.type,
    )
  )
    return [];
  return [
    {
      what: `${resource.name} (${resource.type}): deleted`,
      urn: resource.urn,
      type: resource.type,
      path: "",
      operator: "delete",
      resources: all.filter((one) => one !== resource),
    },
  ];
}

function mutant(
  { name, type, urn }: StackResource,
  all: readonly StackResource[],
  path: string,
  operator: Mutant["operator"],
  changed: StackResource,
  said: string,
): Mutant {
  return {
    what: `${name} (${type}): ${said}`,
    urn,
    type,
    path,
    operator,
    resources: all.map((one) => (one.urn === urn ? changed : one)),
  };
}

interface Leaf {
  readonly steps: readonly (string | number)[];
  readonly value: unknown;
}

function leaves(value: unknown, steps: readonly (string | number)[] = []): Leaf[] {
  if (Array.isArray(value)) return value.flatMap((inner, index) => leaves(inner, [...steps, index]));
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .filter(([key]) => !key.startsWith("__"))
      .flatMap(([key, inner]) => leaves(inner, [...steps, key]));
  return [{ steps, value }];
}

function replaced(value: unknown, [step, ...rest]: readonly (string | number)[], other: unknown): unknown {
  if (step === undefined) return other;
  if (Array.isArray(value))
    return value.map((inner, index) => (index === step ? replaced(inner, rest, other) : (inner as unknown)));
  const map = value as Record<string, unknown>;
  const inner = replaced(map[step], rest, other);
  const { [step]: _old, ...kept } = map;
  return inner === gone ? kept : { ...map, [step]: inner };
}
