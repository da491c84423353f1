import { createPrivateKey, X509Certificate } from "node:crypto";
import { join } from "node:path";
import type { CertificateRequest } from "../../monitoring/hosts.ts";
import { readTextFile } from "./files.ts";

const day = 86_400_000;
const renewBeforeDays = 30;

/**
 * Whether a stack's certificates must be written: one is absent, names something else than is asked for, was not signed
 * by the authority that lies beside it, or ends within 30 days.
 */
export async function certificatesDue(
  directory: string,
  requests: readonly CertificateRequest[],
): Promise<boolean> {
  const authority = await readTextFile(join(directory, "ca.crt"));
  if (authority === undefined) return true;
  const issuer = new X509Certificate(authority);
  const due = await Promise.all(requests.map((request) => leafDue(directory, request, issuer)));
  return due.includes(true);
}

/** The same for one of them. */
export async function leafDue(
  directory: string,
  request: CertificateRequest,
  issuer: X509Certificate,
): Promise<boolean> {
  const [pem, key] = await Promise.all([
    readTextFile(join(directory, `${request.name}.crt`)),
    readTextFile(join(directory, `${request.name}.key`)),
  ]);
  if (pem === undefined || key === undefined) return true;
  const certificate = new X509Certificate(pem);
  if (!certificate.checkPrivateKey(createPrivateKey(key))) return true;
  const named =
    request.dnsNames.every((name) => certificate.checkHost(name) !== undefined) &&
    request.addresses.every((address) => certificate.checkIP(address) !== undefined);
  const ends = certificate.validToDate.getTime() - Date.now();
  return !named || !certificate.verify(issuer.publicKey) || ends < renewBeforeDays * day;
}
