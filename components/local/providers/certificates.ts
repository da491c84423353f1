/** The certificates of a local stack. Loaded by name by the dynamic provider (see dynamicModule.ts). */
import { isDeepStrictEqual } from "node:util";
import type { CertificateRequest } from "../../../monitoring/hosts.ts";
import { certificatesDue } from "../certificates.ts";
import { stackPaths } from "../paths.ts";

export { remove as delete };

export interface CertificatesInputs {
  readonly root: string;
  readonly stack: string;
  readonly requests: readonly CertificateRequest[];
  /** Another number renews every certificate. */
  readonly rotation: number;
}

export interface CertificatesState extends CertificatesInputs {
  /** Increases whenever a certificate is written. */
  readonly generation: number;
  /** The authority's certificate, PEM. */
  readonly authority: string;
}

export async function create(inputs: CertificatesInputs): Promise<{ id: string; outs: CertificatesState }> {
  const authority = await issue(inputs, false);
  return { id: "certificates", outs: { ...inputs, generation: 1, authority } };
}

/** Due when another set or a renewal is asked for, and when one ends within 30 days or is gone. */
export async function diff(
  _id: string,
  old: CertificatesState,
  now: CertificatesInputs,
): Promise<{ changes: boolean; replaces: string[] }> {
  const same = isDeepStrictEqual(pick(old), pick(now));
  const due = await certificatesDue(stackPaths(now.root).certificates, now.requests);
  return { changes: !same || due, replaces: old.root === now.root ? [] : ["root"] };
}

export async function update(
  _id: string,
  old: CertificatesState,
  now: CertificatesInputs,
): Promise<{ outs: CertificatesState }> {
  const authority = await issue(now, old.rotation !== now.rotation);
  return { outs: { ...now, generation: old.generation + 1, authority } };
}

/** The authority stays, so that clients which trust it still do when the stack comes back. */
async function remove(): Promise<void> {
  // Nothing to undo.
}

async function issue({ root, stack, requests }: CertificatesInputs, renew: boolean): Promise<string> {
  const { issueCertificates } = await import("../authority.ts");
  return issueCertificates(stackPaths(root).certificates, stack, requests, renew);
}

function pick({ root, stack, requests, rotation }: CertificatesInputs): unknown {
  return JSON.parse(JSON.stringify({ root, stack, requests, rotation }));
}
