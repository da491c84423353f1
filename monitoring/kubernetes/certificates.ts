/** cert-manager, the stack's own authority, and a certificate for every workload that speaks TLS. */
import type { System } from "../model.ts";
import { certManagerRelease } from "./certManager.ts";
import type { ClusterFacts, KubernetesObject, Part, Workload } from "./model.ts";
import { internalIssuer, namespaces, ownObject, tlsSecret } from "./names.ts";
import { workloads } from "./workloads.ts";

/** Class of the stack's ingresses, and the name of the edge's certificate, its issuer of ACME, and their Secret. */
export const ingressClass = "vigil";
export const edgeCertificate = "edge";
const acmeIssuer = "vigil-acme";

const authority = "vigil-authority";
const hours = (days: number): string => `${String(days * 24)}h0m0s`;

/** The release, and then what needs its kinds. */
export function certificateParts(system: System, facts: ClusterFacts): Part[] {
  return [
    {
      name: "cert-manager",
      about: "Issues and renews certificates.",
      after: [],
      objects: [],
      release: certManagerRelease(facts),
    },
    {
      name: "certificates",
      about: "The stack's authority, and the certificate of every workload that speaks TLS.",
      after: ["cert-manager"],
      objects: [
        ...internalAuthority(system),
        ...workloads(system).filter(speaksTls).map(certificateOf),
        ...publicEdge(system, facts),
      ],
    },
  ];
}

/**
 * A self-signed root for ten years, whose key stays in cert-manager's namespace; everybody else is signed through the
 * cluster's issuer.
 *
 * @see https://cert-manager.io/docs/configuration/selfsigned/#bootstrapping-ca-issuers
 */
function internalAuthority(system: System): KubernetesObject[] {
  const selfSigned = "vigil-self-signed";
  return [
    ownObject({
      apiVersion: "cert-manager.io/v1",
      kind: "Issuer",
      metadata: { name: selfSigned, namespace: namespaces.certManager },
      spec: { selfSigned: {} },
    }),
    ownObject({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: authority, namespace: namespaces.certManager },
      spec: {
        isCA: true,
        commonName: `Vigil ${system.name}`,
        subject: { organizations: ["vigil"] },
        secretName: authority,
        duration: hours(3_650),
        renewBefore: hours(365),
        // A new key at renewal would have every pod distrust those whose certificate is older.
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Never" },
        usages: ["cert sign", "crl sign", "digital signature"],
        issuerRef: { group: "cert-manager.io", kind: "Issuer", name: selfSigned },
      },
    }),
    ownObject({
      apiVersion: "cert-manager.io/v1",
      kind: "ClusterIssuer",
      metadata: { name: internalIssuer },
      spec: { ca: { secretName: authority } },
    }),
  ];
}

function speaksTls({ ports }: Workload): boolean {
  return Object.values(ports).some(({ tls }) => tls !== "none");
}

function certificateOf(workload: Workload): KubernetesObject {
  return ownObject({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: workload.name, namespace: workload.namespace },
    spec: {
      secretName: tlsSecret(workload.name),
      secretTemplate: { labels: { "app.kubernetes.io/part-of": "vigil" } },
      commonName: workload.name,
      dnsNames: dnsNamesOf(workload),
      ...lifetimeOf(workload),
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      usages: ["digital signature", "server auth", "client auth"],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: internalIssuer },
    },
  });
}

/**
 * 90 days, renewed 30 before their end and read again by whoever serves them. oauth2-proxy reads its certificate only
 * when it starts (`getCertificate` of its pkg/proxyhttp/server.go): renewed at half of three years, every pod starts
 * with 18 months, which is more than a Kubernetes version, and so a node and its pods, is supported for.
 */
function lifetimeOf({ name }: Workload): { readonly duration: string; readonly renewBefore: string } {
  return name === "oauth2-proxy"
    ? { duration: hours(1_095), renewBefore: hours(547) }
    : { duration: hours(90), renewBefore: hours(30) };
}

/** Every name by which a Service, or a pod of a StatefulSet, is spoken to; `localhost` is for its own probes and reloaders. */
export function dnsNamesOf({ services, namespace, stateful }: Workload): string[] {
  const suffixes = [namespace, `${namespace}.svc`, `${namespace}.svc.cluster.local`];
  const ofServices = services.flatMap((service) => [
    service,
    ...suffixes.map((suffix) => `${service}.${suffix}`),
    ...(stateful ? suffixes.map((suffix) => `*.${service}.${suffix}`) : []),
  ]);
  return [...ofServices, "localhost"];
}

/**
 * What the public name shows. ACME's challenge comes to port 80 of the edge, so the authority must reach it: an edge
 * with an internal address or few allowed networks takes the stack's own authority instead.
 *
 * @see https://cert-manager.io/docs/configuration/acme/http01/
 */
function publicEdge(system: System, { edge, hostname }: ClusterFacts): KubernetesObject[] {
  const acme = edge.certificate.kind === "acme" ? [acmeAuthority(edge.certificate)] : [];
  return [
    ...acme,
    ownObject({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: edgeCertificate, namespace: system.namespace },
      spec: {
        secretName: tlsSecret(edgeCertificate),
        dnsNames: [hostname],
        duration: hours(90),
        renewBefore: hours(30),
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        usages: ["digital signature", "server auth"],
        issuerRef: {
          group: "cert-manager.io",
          kind: "ClusterIssuer",
          name: edge.certificate.kind === "acme" ? acmeIssuer : internalIssuer,
        },
      },
    }),
  ];
}

function acmeAuthority({
  email,
  server,
}: {
  readonly email: string;
  readonly server: string;
}): KubernetesObject {
  return ownObject({
    apiVersion: "cert-manager.io/v1",
    kind: "ClusterIssuer",
    metadata: { name: acmeIssuer },
    spec: {
      acme: {
        ...(email !== "" && { email }),
        server,
        privateKeySecretRef: { name: `${acmeIssuer}-account` },
        solvers: [{ http01: { ingress: { ingressClassName: ingressClass, serviceType: "ClusterIP" } } }],
      },
    },
  });
}
