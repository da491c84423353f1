/** The stack's certificate authority. Loaded only when something must be signed: its library takes a while. */
import { webcrypto, X509Certificate } from "node:crypto";
import { join } from "node:path";
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { CertificateRequest } from "../../monitoring/hosts.ts";
import { leafDue } from "./certificates.ts";
import { readTextFile, writePrivateFile } from "./files.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;
const authorityDays = 3_650;
const leafDays = 90;

x509.cryptoProvider.set(webcrypto);

/**
 * Writes the stack's authority, unless it is there, and the certificates that are due: ECDSA P-256, the authority for
 * 10 years, the others for 90 days.
 * @param renew write every certificate anew; the authority stays, so that nothing that trusts it must change.
 * @param days that a written certificate lasts; a drill asks for few
 * @returns the authority's certificate in PEM.
 */
export async function issueCertificates(
  directory: string,
  stack: string,
  requests: readonly CertificateRequest[],
  renew: boolean,
  days = leafDays,
): Promise<string> {
  const authority = (await loadAuthority(directory)) ?? (await createAuthority(directory, stack));
  const issuer = new X509Certificate(authority.certificate.toString("pem"));
  for (const request of requests)
    if (renew || (await leafDue(directory, request, issuer)))
      await issueLeaf(directory, request, authority, days);
  return authority.certificate.toString("pem");
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

async function loadAuthority(directory: string): Promise<Authority | undefined> {
  const [certificate, key] = await Promise.all([
    readTextFile(join(directory, "ca.crt")),
    readTextFile(join(directory, "ca.key")),
  ]);
  if (certificate === undefined || key === undefined) return undefined;
  const der = x509.PemConverter.decodeFirst(key);
  return {
    certificate: new x509.X509Certificate(certificate),
    key: await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]),
  };
}

async function createAuthority(directory: string, stack: string): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=Vigil ${stack} authority`,
    ...validity(authorityDays),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writePrivateFile(join(directory, "ca.key"), await privateKeyPem(keys.privateKey));
  await writePrivateFile(join(directory, "ca.crt"), `${certificate.toString("pem")}\n`);
  return { certificate, key: keys.privateKey };
}

async function issueLeaf(
  directory: string,
  request: CertificateRequest,
  authority: Authority,
  days: number,
): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const usages = request.usage.map((usage) => x509.ExtendedKeyUsage[`${usage}Auth`]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${request.commonName}`,
    issuer: authority.certificate.subject,
    ...validity(days),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.key,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages),
      new x509.SubjectAlternativeNameExtension([
        ...request.dnsNames.map((value) => ({ type: "dns" as const, value })),
        ...request.addresses.map((value) => ({ type: "ip" as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
    ],
  });
  const key = await privateKeyPem(keys.privateKey);
  const pem = `${certificate.toString("pem")}\n`;
  await writePrivateFile(join(directory, `${request.name}.key`), key);
  // HAProxy reads certificate and key from one file.
  await writePrivateFile(join(directory, `${request.name}.pem`), pem + key);
  // Last: what was interrupted before is seen to be due.
  await writePrivateFile(join(directory, `${request.name}.crt`), pem);
}

function validity(days: number): { notBefore: Date; notAfter: Date } {
  // An hour of tolerance for a clock that is a little behind.
  return { notBefore: new Date(Date.now() - 3_600_000), notAfter: new Date(Date.now() + days * day) };
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
