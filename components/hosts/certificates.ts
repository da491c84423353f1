import { CertRequest } from "@pulumi/tls/certRequest.js";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert.js";
import { PrivateKey } from "@pulumi/tls/privateKey.js";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert.js";
import type { CertificateRequest } from "../../monitoring/hosts.ts";
import * as pulumi from "../pulumi.ts";

export interface HostCertificatesArgs {
  readonly stack: string;
  readonly requests: readonly CertificateRequest[];
  /** Another number issues every certificate anew, under the same authority. */
  readonly rotation: number;
}

const day = 24;
/** Hours. The first `pulumi up` within the last 90 days renews a certificate, and 90 before the end of the authority all. */
const authority = { validityPeriodHours: 3_650 * day, earlyRenewalHours: 90 * day } as const;
const leaf = { validityPeriodHours: 365 * day, earlyRenewalHours: 90 * day } as const;

const key = { algorithm: "ECDSA", ecdsaCurve: "P256" } as const;

/**
 * A stack's own certificate authority and what it signs, in Pulumi's state, every key a secret there: machines get what
 * their steps name and nothing else.
 */
export class HostCertificates extends pulumi.ComponentResource {
  /** The authority's certificate, PEM. */
  readonly authority: pulumi.Output<string>;
  /** PEM texts by file: `ca.crt`, and `NAME.crt`, `NAME.key` (PKCS#8) and `NAME.pem` (both, as HAProxy reads them). */
  readonly files: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(name: string, args: HostCertificatesArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:hosts:Certificates", name, {}, options);
    const parent = { parent: this };
    const ownKey = new PrivateKey(`${name}-authority`, key, parent);
    const own = new SelfSignedCert(
      `${name}-authority`,
      {
        ...authority,
        privateKeyPem: ownKey.privateKeyPem,
        subject: { commonName: `Vigil ${args.stack} authority` },
        isCaCertificate: true,
        maxPathLength: 0,
        setSubjectKeyId: true,
        allowedUses: ["cert_signing", "crl_signing"],
      },
      parent,
    );
    const issuer: Issuer = { certificate: own.certPem, key: ownKey.privateKeyPem, rotation: args.rotation };
    this.authority = own.certPem;
    this.files = Object.fromEntries([
      ["ca.crt", own.certPem] as const,
      ...args.requests.flatMap((request) => this.#issue(request, issuer)),
    ]);
    this.registerOutputs({ authority: this.authority });
  }

  #issue(request: CertificateRequest, issuer: Issuer): (readonly [string, pulumi.Output<string>])[] {
    const parent = { parent: this };
    const { name, commonName, dnsNames, addresses, usage } = request;
    // The key's name is what a rotation changes: with another key everything that is signed for it is another too.
    const turn = issuer.rotation === 1 ? name : `${name}-${String(issuer.rotation)}`;
    const { privateKeyPem, privateKeyPemPkcs8 } = new PrivateKey(turn, key, parent);
    const { certRequestPem } = new CertRequest(
      turn,
      {
        privateKeyPem,
        subject: { commonName },
        dnsNames: [...dnsNames],
        ipAddresses: [...addresses],
      },
      parent,
    );
    const { certPem } = new LocallySignedCert(
      turn,
      {
        ...leaf,
        certRequestPem,
        caCertPem: issuer.certificate,
        caPrivateKeyPem: issuer.key,
        allowedUses: ["digital_signature", ...usage.map((use) => `${use}_auth`)],
      },
      parent,
    );
    return [
      [`${name}.crt`, certPem],
      [`${name}.key`, privateKeyPemPkcs8],
      [
        `${name}.pem`,
        pulumi.all([certPem, privateKeyPemPkcs8]).apply(([certificate, secret]) => certificate + secret),
      ],
    ];
  }
}

interface Issuer {
  readonly certificate: pulumi.Output<string>;
  readonly key: pulumi.Output<string>;
  readonly rotation: number;
}
