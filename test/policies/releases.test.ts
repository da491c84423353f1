import { encryptionReleaseCertificate } from "../../policies/encryption/certificates.ts";
import { authExporters, authHeaders, authReleaseClients } from "../../policies/auth/releases.ts";
import { exposureEdge, exposureReleaseHost } from "../../policies/exposure/releases.ts";
import { identityReleaseToken } from "../../policies/identity/releases.ts";
import {
  releaseDisruption,
  releasePodSecurity,
  releaseProbes,
  releaseReplicas,
  releaseResources,
} from "../../policies/resilience/releases.ts";
import {
  retentionAlertmanager,
  retentionBlockPages,
  retentionReceive,
  retentionReleaseVolumes,
} from "../../policies/retention/releases.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

describe("Policies of releases: pods", () => {
  const pod = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  const container = {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ["ALL"] },
    readOnlyRootFilesystem: true,
  };

  testPolicy({
    policy: releasePodSecurity,
    passes: {
      "contexts of pod and container": [
        release("any", { podSecurityContext: pod, containerSecurityContext: container }),
      ],
      "a container beside the chart's own": [
        release("any", { podSecurityContext: pod, extraContainers: [{ securityContext: container }] }),
      ],
    },
    fails: {
      "a pod as root": {
        stack: [release("any", { securityContext: { ...pod, runAsNonRoot: false } })],
        says: /values\.securityContext\.runAsNonRoot is false/,
      },
      "a container that may gain rights": {
        stack: [
          release("any", {
            podSecurityContext: pod,
            containerSecurityContext: { ...container, allowPrivilegeEscalation: true },
          }),
        ],
        says: /allowPrivilegeEscalation is true/,
      },
      "half a context": {
        stack: [release("any", { webhook: { securityContext: { ...container, capabilities: {} } } })],
        says: /values\.webhook\.securityContext\.capabilities\.drop/,
      },
      "no filter of system calls": {
        stack: [release("any", { securityContext: { ...pod, seccompProfile: { type: "Unconfined" } } })],
        says: /seccompProfile\.type is "Unconfined"/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [release("any", { securityContext: { ...pod, runAsNonRoot: unknown } })],
  });

  testPolicy({
    policy: releaseResources,
    passes: {
      "requests and a limit": [
        release("any", {
          resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } },
          claim: { resources: { requests: { storage: "5Gi" } } },
        }),
      ],
    },
    fails: {
      "memory without a limit": {
        stack: [release("any", { webhook: { resources: { requests: { cpu: "1", memory: "1Gi" } } } })],
        says: /values\.webhook\.resources\.limits\.memory is not set/,
      },
    },
    absent: { stack: [release("any", { resources: {} })] },
    unknown: [release("any", { resources: { requests: unknown } })],
  });

  testPolicy({
    policy: releaseReplicas,
    passes: {
      "two apart": [release("oauth2-proxy", { replicaCount: 2, affinity: { podAntiAffinity: {} } })],
      "two of the operator's": [
        release("kube-prometheus-stack", {
          prometheus: { prometheusSpec: { replicas: 2, podAntiAffinity: "hard" } },
          alertmanager: { enabled: false },
        }),
      ],
      "what is switched off": [release("thanos", { query: { enabled: false } })],
    },
    fails: {
      one: {
        stack: [release("oauth2-proxy", { replicaCount: 1, affinity: { podAntiAffinity: {} } })],
        says: /replicaCount is 1, expected 2/,
      },
      "two on one node": {
        stack: [release("oauth2-proxy", { replicaCount: 2 })],
        says: /affinity\.podAntiAffinity is not set/,
      },
    },
    absent: { stack: [release("oauth2-proxy", {})], says: /replicaCount is not set/ },
    unknown: [release("oauth2-proxy", { replicaCount: unknown })],
  });

  testPolicy({
    policy: releaseDisruption,
    passes: {
      "a budget": [
        release("kubernetes-ingress", {
          controller: { PodDisruptionBudget: { enable: true, minAvailable: 1 } },
        }),
      ],
      "a chart that has one by itself": [release("oauth2-proxy", {})],
    },
    fails: {
      "a budget that is off": {
        stack: [release("oauth2-proxy", { podDisruptionBudget: { enabled: false } })],
        says: /podDisruptionBudget\.enabled is false/,
      },
      "a budget that keeps none": {
        stack: [release("oauth2-proxy", { podDisruptionBudget: { enabled: true, minAvailable: 0 } })],
        says: /minAvailable is 0/,
      },
    },
    absent: { stack: [release("memcached", {})], says: /pdb\.create is false/ },
    unknown: [release("memcached", { pdb: { create: unknown } })],
  });

  testPolicy({
    policy: releaseProbes,
    passes: { "probes that are on": [release("any", { livenessProbe: { enabled: true } })] },
    fails: {
      "a probe that is off": {
        stack: [release("any", { webhook: { readinessProbe: { enabled: false } } })],
        says: /values\.webhook\.readinessProbe\.enabled is false/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [release("any", { livenessProbe: { enabled: unknown } })],
  });
});

describe("Policies of releases: who is let in", () => {
  const redis = (...args: string[]): Given => ({
    type: "kubernetes:apps/v1:Deployment",
    props: { spec: { template: { spec: { containers: [{ args: ["--redis.addr=", ...args] }] } } } },
  });

  testPolicy({
    policy: authExporters,
    passes: {
      "TLS of redis_exporter": [redis("--tls-server-cert-file=a", "--tls-server-key-file=b")],
      "exporters in the clear, where the stack wants nothing else": [
        redis(),
        release("prometheus-pushgateway", {}),
      ],
    },
    fails: {
      "half of TLS": {
        stack: [redis("--tls-server-cert-file=a")],
        says: /without --tls-server-key-file/,
      },
      "an old TLS": {
        stack: [
          redis("--tls-server-cert-file=a", "--tls-server-key-file=b", "--tls-server-min-version=TLS1.0"),
        ],
        says: /--tls-server-min-version is "TLS1\.0"/,
      },
    },
    absent: { stack: [release("prometheus-blackbox-exporter", {})] },
  });

  testPolicy({
    policy: authReleaseClients,
    passes: {
      "a client that verifies": [release("any", { tlsConfig: { caFile: "ca.crt", minVersion: "TLS12" } })],
    },
    fails: {
      "a client that takes any certificate": {
        stack: [release("any", { jobs: [{ tlsConfig: { insecureSkipVerify: true } }] })],
        says: /values\.jobs\[0\]\.tlsConfig\.insecureSkipVerify is true/,
      },
      "remote write of the operator's to whoever answers": {
        stack: [
          {
            type: "kubernetes:monitoring.coreos.com/v1:Prometheus",
            props: { spec: { remoteWrite: [{ url: "https://a", tlsConfig: { insecureSkipVerify: true } }] } },
          },
        ],
        says: /spec\.remoteWrite\[0\]\.tlsConfig\.insecureSkipVerify is true/,
      },
      "a client that speaks an old TLS": {
        stack: [release("any", { tlsConfig: { minVersion: "TLS11" } })],
        says: /values\.tlsConfig\.minVersion is "TLS11"/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [release("any", { tlsConfig: { insecureSkipVerify: unknown } })],
  });

  const headers = (given: object) => release("any", { web: { httpConfig: { headers: given } } });
  const strict = {
    contentSecurityPolicy: "frame-ancestors 'none'",
    strictTransportSecurity: "max-age=31536000",
    xFrameOptions: "Deny",
  };
  testPolicy({
    policy: authHeaders,
    passes: { "strict headers": [headers(strict)] },
    fails: {
      "frames of everybody's": {
        stack: [headers({ ...strict, xFrameOptions: "AllowAll" })],
        says: /xFrameOptions is "AllowAll"/,
      },
      "half of them": {
        stack: [headers({ xFrameOptions: "Deny" })],
        says: /contentSecurityPolicy is not set/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [headers({ ...strict, xFrameOptions: unknown })],
  });

  testPolicy({
    policy: identityReleaseToken,
    passes: {
      "a token for an hour, where one is asked for": [
        release("any", {
          automountServiceAccountToken: false,
          volumes: [{ projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3_600 } }] } }],
        }),
      ],
    },
    fails: {
      "a token for everybody": {
        stack: [release("any", { webhook: { automountServiceAccountToken: true } })],
        says: /values\.webhook\.automountServiceAccountToken is true/,
      },
      "an account that hands it out": {
        stack: [release("any", { serviceAccount: { automount: true } })],
        says: /serviceAccount\.automount is true/,
      },
      "a token for weeks": {
        stack: [release("any", { sources: [{ serviceAccountToken: { expirationSeconds: 3_600_000 } }] })],
        says: /expirationSeconds is 3600000/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [release("any", { automountServiceAccountToken: unknown })],
  });

  const certificate = (more: object) =>
    release("any", {
      cert: {
        issuerRef: { name: "internal" },
        duration: "2160h",
        renewBefore: "720h",
        privateKey: { algorithm: "ECDSA", rotationPolicy: "Always" },
        ...more,
      },
    });
  testPolicy({
    policy: encryptionReleaseCertificate,
    passes: { "a certificate that is renewed": [certificate({})] },
    fails: {
      "one for years": { stack: [certificate({ duration: "50000h" })], says: /values\.cert\.duration/ },
      "one with the same key": {
        stack: [certificate({ privateKey: { algorithm: "ECDSA", rotationPolicy: "Never" } })],
        says: /rotationPolicy is "Never"/,
      },
      "one that is renewed at its end": {
        stack: [certificate({ renewBefore: "1h" })],
        says: /renewBefore is "1h"/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [certificate({ duration: unknown })],
  });
});

describe("Policies of releases: what is open", () => {
  testPolicy({
    policy: exposureReleaseHost,
    passes: { "a pod by itself": [release("any", { hostPID: false })] },
    fails: {
      "the node's processes": {
        stack: [release("any", { exporter: { hostPID: true } })],
        says: /exporter\.hostPID/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [release("any", { hostPID: unknown })],
  });

  const edge = (controller: object) =>
    release("kubernetes-ingress", {
      controller: { service: { enablePorts: { stat: false } }, ...controller },
    });
  testPolicy({
    policy: exposureEdge,
    passes: { "the chart's defaults without its page": [edge({})] },
    fails: {
      privileges: { stack: [edge({ unprivileged: false })], says: /controller\.unprivileged is false/ },
      profiling: { stack: [edge({ pprof: { enabled: true } })], says: /pprof\.enabled is true/ },
      "no TLS by default": {
        stack: [edge({ defaultTLSSecret: { enabled: false } })],
        says: /defaultTLSSecret\.enabled is false/,
      },
      "an old TLS": {
        stack: [
          edge({ config: { "global-config-snippet": "ssl-default-bind-options ssl-min-ver TLSv1.0" } }),
        ],
        says: /speaks an old TLS/,
      },
    },
    absent: { stack: [release("kubernetes-ingress", {})], says: /enablePorts\.stat is true/ },
    unknown: [edge({ unprivileged: unknown })],
  });
});

describe("Policies of releases: what is kept", () => {
  testPolicy({
    policy: retentionReleaseVolumes,
    passes: {
      "volumes that stay": [
        release("any", {
          persistence: { enabled: true, size: "10Gi" },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
        }),
      ],
      "a volume that the chart makes by itself": [
        release("redis", { master: { persistence: { size: "20Gi" } } }),
        release("thanos", { receive: { persistence: { size: "100Gi" } } }),
      ],
      "a Grafana that keeps everything in its database": [
        release("grafana", {
          replicas: 2,
          persistence: { enabled: false },
          "grafana.ini": { database: { type: "postgres" } },
        }),
      ],
    },
    fails: {
      "a volume that is off": {
        stack: [release("any", { grafana: { persistence: { enabled: false, size: "10Gi" } } })],
        says: /grafana\.persistence\.enabled is false/,
      },
      "a size without a volume, where the chart makes none by itself": {
        stack: [release("kube-prometheus-stack", { grafana: { persistence: { size: "10Gi" } } })],
        says: /grafana\.persistence\.enabled is not set/,
      },
      "a class without a volume": {
        stack: [release("prometheus-pushgateway", { persistentVolume: { storageClass: "fast" } })],
        says: /persistentVolume\.enabled is not set/,
      },
      "a volume that the chart makes by itself, and is off": {
        stack: [release("prometheus", { server: { persistentVolume: { enabled: false } } })],
        says: /server\.persistentVolume\.enabled is false/,
      },
      "a volume that is off beside what is not known": {
        stack: [
          release("any", {
            first: { persistence: { enabled: unknown } },
            second: { persistence: { enabled: false, storageClass: "fast" } },
          }),
        ],
        says: /second\.persistence\.enabled is false/,
      },
      "claims that go": {
        stack: [release("any", { persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } })],
        says: /whenScaled is "Delete"/,
      },
      "a PushGateway that keeps nothing": {
        stack: [release("prometheus-pushgateway", { persistentVolume: { enabled: true }, extraArgs: [] })],
        says: /lacks --persistence\.file/,
      },
    },
    absent: { stack: [release("any", {})] },
    unknown: [release("any", { persistence: { enabled: unknown } })],
  });

  const alertmanager = (retention: unknown) =>
    release("kube-prometheus-stack", { alertmanager: { alertmanagerSpec: { retention } } });
  testPolicy({
    policy: retentionAlertmanager,
    passes: { "five days": [alertmanager("120h")] },
    fails: { "an hour": { stack: [alertmanager("1h")], says: /retention is "1h", expected 120h/ } },
    absent: { stack: [release("kube-prometheus-stack", {})] },
    unknown: [alertmanager(unknown)],
  });

  const size = "--tsdb.max-retention-bytes=85899345920B";
  const receive = (retention: unknown, ...extraArgs: string[]) =>
    release("thanos", { receive: { enabled: true, tsdb: { retention }, extraArgs } });
  testPolicy({
    policy: retentionReceive,
    passes: { "days within a size": [receive("7d", size)] },
    fails: {
      "an hour": { stack: [receive("1h", size)], says: /receive\.tsdb\.retention is "1h"/ },
      "any size": { stack: [receive("7d")], says: /lacks a size/ },
      "a ruler's hour": {
        stack: [release("thanos", { ruler: { enabled: true, extraArgs: ["--tsdb.retention=1h"] } })],
        says: /keep blocks for 1h/,
      },
    },
    absent: {
      stack: [release("thanos", { receive: { enabled: true } })],
      says: /receive\.tsdb\.retention is not set/,
    },
    unknown: [receive(unknown, size)],
  });

  const started = (...args: string[]): Given => ({
    type: "kubernetes:apps/v1:StatefulSet",
    props: { spec: { template: { spec: { containers: [{ args }] } } } },
  });
  const store = (...extraArgs: string[]) => release("thanos", { storegateway: { enabled: true, extraArgs } });
  testPolicy({
    policy: retentionBlockPages,
    passes: {
      "pages that only show": [store("--disable-admin-operations")],
      "another program's compact": [started("etcdctl", "compact", "--physical", "1000")],
    },
    fails: {
      "a store whose page marks blocks": { stack: [store()], says: /storegateway\.extraArgs lacks/ },
      "a compactor whose page does": {
        stack: [started("compact", "--objstore.config-file=/a")],
        says: /starts Thanos without --disable-admin-operations/,
      },
      "a store of kube-thanos', whose configuration is in its environment": {
        stack: [started("store", "--objstore.config=$(OBJSTORE_CONFIG)")],
        says: /starts Thanos without --disable-admin-operations/,
      },
      "a store that a script starts": {
        stack: [
          { type: "command:remote:Command", props: { create: "thanos store --objstore.config-file=/a" } },
        ],
        says: /create starts Thanos without --disable-admin-operations/,
      },
    },
    absent: { stack: [release("thanos", {})] },
    unknown: [release("thanos", { storegateway: { enabled: unknown } })],
  });
});

function release(chart: string, values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: `repository/${chart}`, values } };
}
