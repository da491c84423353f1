/** Static keys of clouds, wherever they were written. */
import { scriptsOf, userData } from "../facts/scripts.ts";
import { textsOf } from "../facts/texts.ts";
import type { StackPolicy } from "../policy.ts";
import { credentials } from "./providers.ts";
import { everyOne, known, type Resource } from "../resource.ts";

/** A value after its name, in YAML, JSON, an environment or a file of settings; neither a reference nor a path. */
function named(names: string, value: string): RegExp {
  return new RegExp(`\\b(?:${names})["']?[ \\t]*[:=][ \\t]*["']?(?!/[a-z-]+/)${value}`, "i");
}

/** Shapes of keys that never end by themselves. */
export const shapes: readonly { readonly what: string; readonly shape: RegExp }[] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  { what: "an access key of AWS", shape: /\b(?:AKIA|ABIA)[A-Z2-7]{16}\b/ },
  {
    what: "an access key of AWS",
    shape: named("aws_?access_?key_?id|(?:aws_?)?secret_?access_?key", "[A-Za-z0-9/+]{16,}"),
  },
  // Neither AWS' own, told above, nor the name of what holds the key: that has no digit, and is shorter.
  {
    what: "an access key of an object store",
    shape: named("access_key|secret_key", "(?!A[KB]IA)(?=[a-z/+]*\\d|[a-z/+]{32})[A-Za-z0-9/+]{16,}"),
  },
  { what: "a key of a storage account", shape: named("AccountKey", "[A-Za-z0-9+/]{40,}") },
  {
    what: "a key of a storage account",
    shape: named("storage_account_key|azure_storage_(?:account_)?key|arm_access_key", "[A-Za-z0-9+/]{20,}"),
  },
  {
    what: "a password of an application of Entra",
    shape: named("(?:azure|arm)_client_secret", "[\\w.~-]{30,}"),
  },
  { what: "a shared access signature", shape: /[?&]sv=\d{4}-\d{2}-\d{2}&[^"'\s]*sig=[A-Za-z0-9%+/]{20,}/ },
  { what: "a service account of Google", shape: /"type":\s*"service_account"/ },
];

/** What the text holds, each kind once. */
export function keysIn(text: string, kinds = shapes): ReadonlySet<string> {
  return new Set(kinds.filter(({ shape }) => shape.test(text)).map(({ what }) => what));
}

const privateKey = /-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----/;

/** Types whose very purpose is to hold a secret, encrypted in the state. */
const keepers = /^(?:tls:|random:|aws:secretsmanager\/|azure-native:keyvault:Secret)/;

/** What brings a machine or a cluster its own key, or is let in by one. */
const carriers = /^(?:pulumi:providers:|command:|azure-native:compute:VirtualMachineRunCommand)/;

function mayHoldPrivateKey({ type, props }: Resource): boolean {
  return (
    carriers.test(type) || (type === "kubernetes:core/v1:Secret" && props["type"] === "kubernetes.io/tls")
  );
}

export const authStaticKeys: StackPolicy = {
  id: "auth-static-keys",
  concern: "auth",
  severity: "critical",
  description:
    "No key of a cloud is written into a value, a Secret, a script, a provider or a tag: programs come by their identity. A private key is where it belongs only.",
  remedy:
    "Use workload identity, Pod Identity or an instance profile, and revoke the key: it has been in the state; a certificate's key belongs into a Secret of type kubernetes.io/tls or a secrets store",
  covers: ["CKV_SECRET_2", "CKV_SECRET_3", "CKV_SECRET_13"],
  *inspect(stack) {
    yield* everyOne(stack.resources, function* (resource) {
      if (keepers.test(resource.type)) return;
      // Keys in user data and a provider's have policies of their own, which refuse them before anything is made.
      const others = new Set([
        ...(userData[resource.type]?.map((steps) => steps.join(".")) ?? []),
        ...(credentials[resource.type] ?? []),
      ]);
      for (const [path, text] of textsByPath(resource)) {
        const found = others.has(path) ? [] : keysIn(text);
        for (const what of found) yield { resource, path, problem: `holds ${what}` };
        if (privateKey.test(text) && !mayHoldPrivateKey(resource))
          yield { resource, path, problem: "holds a private key" };
      }
    });
  },
};

/** With its label, and with the script that it is: many are base64. What is not known yet is looked at in the update. */
function textsByPath(resource: Resource): ReadonlyMap<string, string> {
  const texts = new Map(textsOf(resource).map(({ path, text, label }) => [path, `${label}: ${text}`]));
  for (const { path, text } of known(() => scriptsOf(resource), []))
    texts.set(path, `${texts.get(path) ?? ""}\n${text}`);
  return texts;
}
