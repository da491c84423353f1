/** tls: keys are real ones, so that a program can use them; certificates are not. */
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import type { Cloud, Existing } from "../cloud.ts";
import { hex, moment, pem } from "../invented.ts";
import { plain, textAt, type Properties } from "../propertyValues.ts";

export const tls: Cloud = {
  package: "tls",
  complete: ({ inputs }) => inputs,
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
