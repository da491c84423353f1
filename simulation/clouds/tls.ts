/** tls: keys are real ones, so that a program can use them; certificates are not. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { isIP } from "node:net";
import type { Cloud, Existing, Requested } from "../cloud.ts";
import { hex, moment, pem } from "../invented.ts";
import { isUnknown, plain, textAt, type Properties } from "../propertyValues.ts";
import type { Mismatch } from "../schema/validate.ts";

export const tls: Cloud = {
  package: "tls",
  complete: ({ inputs }) => inputs,
  faults,
  identify: (_, token) => hex(token, 40),
  outputs: made,
  replaces: () => true,
  functions: {
    "tls:index/getCertificate:getCertificate": ({ arguments: given }) => ({
      certificates: [{ sha1Fingerprint: hex(textAt(given, "url") ?? "", 40), isCa: true, version: 3 }],
    }),
    "tls:index/getPublicKey:getPublicKey": ({ arguments: given }) => {
      const key = createPublicKey(textAt(given, "privateKeyPem") ?? "");
      return { publicKeyPem: key.export({ type: "spki", format: "pem" }) };
    },
  },
};

/** https://github.com/hashicorp/terraform-provider-tls/blob/main/docs/resources/locally_signed_cert.md */
const uses: ReadonlySet<unknown> = new Set([
  "any_extended",
  "cert_signing",
  "client_auth",
  "code_signing",
  "content_commitment",
  "crl_signing",
  "data_encipherment",
  "decipher_only",
  "digital_signature",
  "email_protection",
  "encipher_only",
  "ipsec_end_system",
  "ipsec_tunnel",
  "ipsec_user",
  "key_agreement",
  "key_encipherment",
  "ocsp_signing",
  "server_auth",
  "timestamping",
]);

/** What the real provider finds when it signs. */
function faults({ inputs }: Requested): Mismatch[] {
  const found: Mismatch[] = [];
  for (const path of ["privateKeyPem", "caPrivateKeyPem"]) {
    const key = textAt(inputs, path);
    if (key !== undefined && !isUnknown(key) && !isPrivateKey(key))
      found.push({ path, reason: "is no private key in PEM" });
  }
  const given = plain(inputs["allowedUses"]);
  for (const use of Array.isArray(given) ? given.map(plain) : [])
    if (!uses.has(use) && !isUnknown(use))
      found.push({
        path: "allowedUses",
        reason: `got ${JSON.stringify(use)}; accepted: ${[...uses].join(", ")}`,
      });
  const addresses = plain(inputs["ipAddresses"]);
  for (const address of Array.isArray(addresses) ? addresses.map(plain) : [])
    if (!isUnknown(address) && isIP(String(address)) === 0)
      found.push({ path: "ipAddresses", reason: `got ${JSON.stringify(address)}; accepted: an IP address` });
  const [hours, early] = ["validityPeriodHours", "earlyRenewalHours"].map((path) =>
    Number(plain(inputs[path]) ?? 0),
  );
  if ((early ?? 0) > (hours ?? 0))
    found.push({
      path: "earlyRenewalHours",
      reason: "is longer than the certificate is valid: it would be renewed at each run",
    });
  return found;
}

function isPrivateKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}

function made({ kind, inputs, urn, id }: Existing): Properties {
  switch (kind) {
    case "PrivateKey":
      return privateKey(inputs);
    case "CertRequest":
      return { certRequestPem: pem("CERTIFICATE REQUEST", `${urn}|${id}`) };
    case "SelfSignedCert":
    case "LocallySignedCert":
      return {
        certPem: pem("CERTIFICATE", `${urn}|${id}`),
        validityStartTime: moment,
        validityEndTime: "2036-01-01T00:00:00Z",
        readyForRenewal: false,
      };
    default:
      return {};
  }
}

function privateKey(inputs: Properties): Properties {
  const { privateKey: key, publicKey } = pairOf(textAt(inputs, "algorithm") ?? "", inputs);
  const pkcs8 = key.export({ type: "pkcs8", format: "pem" }).toString();
  return {
    privateKeyPem: pkcs8,
    privateKeyPemPkcs8: pkcs8,
    publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
}

function pairOf(algorithm: string, inputs: Properties) {
  if (algorithm === "ED25519") return generateKeyPairSync("ed25519");
  if (algorithm === "ECDSA")
    return generateKeyPairSync("ec", {
      namedCurve: textAt(inputs, "ecdsaCurve")?.replace("P", "P-") ?? "P-256",
    });
  return generateKeyPairSync("rsa", { modulusLength: Number(plain(inputs["rsaBits"]) ?? 2048) });
}
