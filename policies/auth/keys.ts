/** Static keys of clouds, wherever they were written. */
import { textsOf } from "../facts/texts.ts";
import type { StackPolicy } from "../policy.ts";
import { everyOne } from "../resource.ts";

/** Shapes of keys that never end by themselves. */
export const shapes: readonly { readonly what: string; readonly shape: RegExp }[] = [
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  { what: "an access key of AWS", shape: /\b(?:AKIA|ABIA)[A-Z2-7]{16}\b/ },
  {
    what: "an access key of AWS",
    shape:
      /\b(?:access_key|aws_access_key_id|aws_secret_access_key|secret_key):[ \t]*["']?[A-Za-z0-9/+]{16,}/i,
  },
  { what: "a key of a storage account", shape: /\bAccountKey=[A-Za-z0-9+/]{40,}/ },
  { what: "a key of a storage account", shape: /\bstorage_account_key:[ \t]*["']?[A-Za-z0-9+/]{20,}/ },
  { what: "a shared access signature", shape: /[?&]sv=\d{4}-\d{2}-\d{2}&[^"'\s]*sig=[A-Za-z0-9%+/]{20,}/ },
  { what: "a private key", shape: /-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----/ },
  { what: "a service account of Google", shape: /"type":\s*"service_account"/ },
];

/** Types whose very purpose is to hold one, encrypted in the state. */
const keepers =
  /^(?:tls:|random:|pulumi:providers:|aws:secretsmanager\/|azure-native:keyvault:Secret|command:|azure-native:compute:VirtualMachineRunCommand)/;

export const authStaticKeys: StackPolicy = {
  id: "auth-static-keys",
  concern: "auth",
  severity: "critical",
  description:
    "No key of a cloud is written into a value, a Secret, a script or a tag: programs come by their identity.",
  remedy:
    "Use workload identity, Pod Identity or an instance profile, and revoke the key: it has been in the state",
  covers: ["CKV_SECRET_2", "CKV_SECRET_3", "CKV_SECRET_13"],
  *inspect(stack) {
    yield* everyOne(stack.resources, function* (resource) {
      if (keepers.test(resource.type)) return;
      for (const { path, text } of textsOf(resource))
        for (const { what, shape } of shapes)
          if (shape.test(text)) yield { resource, path, problem: `holds ${what}` };
    });
  },
};
