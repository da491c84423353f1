/** What the operator's pods have in common: their certificate, where they land, and what they may do. */
import { kubernetesSize, type Size } from "../../units.ts";
import { apart, acrossZones } from "../placement.ts";
import type { ClusterFacts, Workload } from "../model.ts";
import { tlsMount, tlsSecret, tlsVolume } from "../names.ts";

/** Files of the certificate at {@link tlsMount}, in the operator's spelling. */
export const tlsFiles = {
  caFile: `${tlsMount}/ca.crt`,
  certFile: `${tlsMount}/tls.crt`,
  keyFile: `${tlsMount}/tls.key`,
} as const;

const tlsVolumeMount = { name: tlsVolume, mountPath: tlsMount, readOnly: true } as const;

/** The certificate as a volume of the pod, and of its first container. 0440: the group is the pod's own. */
export function tlsVolumes({ name }: Workload): Record<string, unknown> {
  return {
    volumes: [{ name: tlsVolume, secret: { secretName: tlsSecret(name), defaultMode: 0o440 } }],
    volumeMounts: [tlsVolumeMount],
  };
}

/** For other containers of the same pod. */
export const tlsVolumeMounts = [tlsVolumeMount] as const;

/**
 * A server's own TLS in the operator's spelling. A client's certificate is verified where one is shown; the kubelet's
 * probes have none, and who else may connect is for the network policies to say.
 */
export const webTls = {
  tlsConfig: {
    certFile: tlsFiles.certFile,
    keyFile: tlsFiles.keyFile,
    clientCAFile: tlsFiles.caFile,
    clientAuthType: "VerifyClientCertIfGiven",
    minVersion: "TLS12",
  },
  httpConfig: {
    headers: {
      contentSecurityPolicy: "frame-ancestors 'none'",
      strictTransportSecurity: "max-age=31536000",
      xContentTypeOptions: "NoSniff",
      xFrameOptions: "Deny",
    },
  },
} as const;

/** Replicas on nodes of their own, and over the zones. The chart's `podAntiAffinity` is off: it would be said twice. */
export function spread(workload: Workload, replicas: number): Record<string, unknown> {
  return {
    podAntiAffinity: "",
    ...(replicas > 1
      ? { affinity: apart(workload.selector), topologySpreadConstraints: acrossZones(workload.selector) }
      : {}),
  };
}

/** A volume for each replica, which outlives it. */
export function claim(facts: ClusterFacts, size: Size): Record<string, unknown> {
  return {
    volumeClaimTemplate: {
      spec: {
        storageClassName: facts.storageClass,
        accessModes: ["ReadWriteOnce"],
        resources: { requests: { storage: kubernetesSize(size) } },
      },
    },
  };
}

export const keepVolumes = { whenDeleted: "Retain", whenScaled: "Retain" } as const;

/** One of so many pods at a time loses its node to maintenance. */
export function oneAtATime(pods: number): Record<string, unknown> {
  return { enabled: pods > 1, minAvailable: pods - 1 };
}
