/** Which way a setting is safe, told by the words of its name: the vocabulary of the field, not that of the policies. */

export type Sense = "protects" | "exposes";

/** Begins a name that says what is refused or wanted, whatever comes after it: `blockPublicAcls`, `disableLocalAccounts`. */
const refusing = /^(?:block|deny|ignore|restrict|disable|disallow|reject|require|enforce|only)/;

const exposing = words(
  "public anonymous insecure skip allow allows unsafe privileged privilege escalation automount hostnetwork hostpid hostipc",
  "hostport hostpath forcedestroy destroy shared plain embedding unauthenticated unverified pprof",
);

const protecting = words(
  "encrypt encrypted encryption kms cmk tls ssl https mtls secure security auth authentication rbac oauth oidc pkce strict",
  "enforce verify nonroot readonly readonlyrootfilesystem runasnonroot protect protection purge softdelete versioning versions rotation",
  "rotate audit logs flow backup replication retention retain private trusted boot tpm vtpm networkpolicy networkpolicies",
  "lifecycle unprivileged seccomp disruption pdb poddisruptionbudget persistence recovery httponly validation defender",
  "signature workload identity persistent deletion validate expiration cert certmanager authority termination",
);

/** Names that say it only as a whole: an `ingressClass` opens nothing. */
const exposingWhole = words("ingress loadbalancer admin enableadminapi stat nodeport");

/** What a name says; undefined where it says nothing of safety. */
export function senseOf(steps: readonly (string | number)[]): Sense | undefined {
  const named = steps.filter((step) => typeof step === "string");
  const own = named.at(-1) ?? "";
  // `enabled`, `create`, `status`: of what stands before them.
  const speaking = /^(?:enabled?|create|status|state|required)$/i.test(own) ? (named.at(-2) ?? own) : own;
  const parts = split(speaking);
  if (refusing.test(parts[0] ?? "") && parts.length > 1) return "protects";
  const joined = parts.join("");
  if (exposing.has(joined) || exposingWhole.has(joined) || parts.some((part) => exposing.has(part)))
    return "exposes";
  if (protecting.has(joined) || parts.some((part) => protecting.has(part))) return "protects";
  return undefined;
}

/** Words of names that have to do with safety and keeping, beside those that have a sense. */
const concerned = words(
  "certificate certificates ca password passwords credential credentials firewall acl acls token tokens capabilities",
  "days noncurrent abort delete hold minavailable replicas replicacount limits requests condition conditions",
  "metadataoptions hop reclaim samesite cookie domains livenessprobe readinessprobe podantiaffinity from to",
  "ports except resourcenames audiences bypass minversion algorithm runasuser authorized ranges webconfigfile httpconfig",
  "security networksecuritygroup existingsecret",
);

/** Whether a name has to do with safety or keeping. */
export function isConcerned(steps: readonly (string | number)[]): boolean {
  const named = steps.filter((step) => typeof step === "string");
  return named.slice(-3).some((step) => {
    const parts = split(step);
    const joined = parts.join("");
    return [...parts, joined].some(
      (part) => concerned.has(part) || exposing.has(part) || protecting.has(part),
    );
  });
}

/** `kmsMasterKeyId` → kms master key id; `cookie_secure` → cookie secure. */
export function split(name: string): string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((part) => part !== "");
}

function words(...lines: readonly string[]): ReadonlySet<string> {
  return new Set(lines.join(" ").split(" "));
}
