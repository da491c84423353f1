import { authPodSecrets, authPodSecretVariables } from "../../policies/auth/podSecrets.ts";
import * as podPolicies from "../../policies/resilience/pods.ts";
import {
  podHost,
  podImage,
  podNonRoot,
  podPrivileges,
  podProbes,
  podReadOnly,
  podResources,
  podSeccomp,
  podToken,
} from "../../policies/resilience/pods.ts";
import * as releasePolicies from "../../policies/resilience/releaseValues.ts";
import { podReleaseValues } from "../../policies/resilience/releaseValues.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const deployment = "kubernetes:apps/v1:Deployment";

const resources = { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "512Mi" } };
const unprivileged = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
const probes = {
  readinessProbe: { httpGet: { path: "/-/ready", port: "http" } },
  livenessProbe: { httpGet: { path: "/-/healthy", port: "http" } },
};
const windows = templated(deployment, { template: { spec: { os: { name: "windows" }, containers: [{}] } } });

/** A resource of every kind that makes pods, by their spec. */
const kinds = {
  Deployment: (spec: object) => templated(deployment, { template: { spec } }),
  StatefulSet: (spec: object) => templated("kubernetes:apps/v1:StatefulSet", { template: { spec } }),
  DaemonSet: (spec: object) => templated("kubernetes:apps/v1:DaemonSet", { template: { spec } }),
  ReplicaSet: (spec: object) => templated("kubernetes:apps/v1:ReplicaSet", { template: { spec } }),
  Job: (spec: object) => templated("kubernetes:batch/v1:Job", { template: { spec } }),
  CronJob: (spec: object) =>
    templated("kubernetes:batch/v1:CronJob", { jobTemplate: { spec: { template: { spec } } } }),
  ReplicationController: (spec: object) =>
    templated("kubernetes:core/v1:ReplicationController", { template: { spec } }),
  PodTemplate: (spec: object): Given => ({
    type: "kubernetes:core/v1:PodTemplate",
    props: { template: { spec } },
  }),
  Pod: (spec: object) => templated("kubernetes:core/v1:Pod", spec),
} as const;

describe("Policies of pods: what a container may do", () => {
  testPolicy({
    policy: podNonRoot,
    passes: {
      "a container that says it": [secured({ runAsNonRoot: true })],
      "a pod that says it for its containers": [pod({ securityContext: { runAsNonRoot: true } })],
      "a user of its own": [secured({ runAsNonRoot: true, runAsUser: 65_534 })],
    },
    fails: {
      ...everyKind({ containers: [{}] }, "securityContext.runAsNonRoot is not set, expected true"),
      "a container that may be root": {
        stack: [secured({ runAsNonRoot: false })],
        says: /containers\[0\]\.securityContext\.runAsNonRoot is false, expected true/,
      },
      "a word for true": {
        stack: [secured({ runAsNonRoot: "true" })],
        says: /runAsNonRoot is "true", expected true/,
      },
      "a container that takes back what the pod says": {
        stack: [
          pod({
            securityContext: { runAsNonRoot: true },
            containers: [{ securityContext: { runAsNonRoot: false } }],
          }),
        ],
        says: /runAsNonRoot is false/,
      },
      "user 0": {
        stack: [secured({ runAsNonRoot: true, runAsUser: 0 })],
        says: /runAsUser is 0, which is root/,
      },
      "a word for user 0": {
        stack: [secured({ runAsNonRoot: true, runAsUser: "0" })],
        says: /runAsUser is 0, which is root/,
      },
      "user 0 of the pod": {
        stack: [pod({ securityContext: { runAsNonRoot: true, runAsUser: 0 } })],
        says: /runAsUser is 0/,
      },
      "a pod of root's, whose container has a user of its own": {
        stack: [
          pod({
            securityContext: { runAsUser: 0 },
            containers: [{ securityContext: { runAsNonRoot: true, runAsUser: 1_000 } }],
          }),
        ],
        says: /template\.spec\.securityContext\.runAsUser is 0, which is root/,
      },
      "a pod that takes it back, whose container says it": {
        stack: [
          pod({
            securityContext: { runAsNonRoot: false },
            containers: [{ securityContext: { runAsNonRoot: true } }],
          }),
        ],
        says: /template\.spec\.securityContext\.runAsNonRoot is false, expected true/,
      },
      "a container of the start": {
        stack: [pod({ initContainers: [{}], containers: [{ securityContext: { runAsNonRoot: true } }] })],
        says: /initContainers\[0\]\.securityContext\.runAsNonRoot is not set/,
      },
      "a container for debugging": {
        stack: [
          pod({ containers: [{ securityContext: { runAsNonRoot: true } }], ephemeralContainers: [{}] }),
        ],
        says: /ephemeralContainers\[0\]\.securityContext\.runAsNonRoot is not set/,
      },
      "the second of two": {
        stack: [pod({ containers: [{ securityContext: { runAsNonRoot: true } }, {}] })],
        says: /containers\[1\]\.securityContext\.runAsNonRoot is not set/,
      },
    },
    absent: { stack: [pod({})], says: /runAsNonRoot is not set/ },
    unknown: [secured({ runAsNonRoot: unknown })],
  });

  testPolicy({
    policy: podPrivileges,
    passes: {
      "no privileges": [secured(unprivileged)],
      "a port below 1024": [
        secured({ ...unprivileged, capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }),
      ],
      "privileged that is off": [secured({ ...unprivileged, privileged: false })],
      "a pod of Windows, which has no capabilities": [windows],
    },
    fails: {
      ...everyKind({ containers: [{}] }, "securityContext.allowPrivilegeEscalation is not set"),
      "a privileged container": {
        stack: [secured({ ...unprivileged, privileged: true })],
        says: /securityContext\.privileged is true/,
      },
      escalation: {
        stack: [secured({ ...unprivileged, allowPrivilegeEscalation: true })],
        says: /allowPrivilegeEscalation is true, expected false/,
      },
      "a word for false": {
        stack: [secured({ ...unprivileged, allowPrivilegeEscalation: "false" })],
        says: /allowPrivilegeEscalation is "false", expected false/,
      },
      "a word for privileged": {
        stack: [secured({ ...unprivileged, privileged: "true" })],
        says: /securityContext\.privileged is true/,
      },
      "a process of Windows on the host": {
        stack: [pod({ os: { name: "windows" }, securityContext: { windowsOptions: { hostProcess: true } } })],
        says: /securityContext\.windowsOptions\.hostProcess is true/,
      },
      "the kernel's files in the open": {
        stack: [secured({ ...unprivileged, procMount: "Unmasked" })],
        says: /procMount is "Unmasked", expected "Default"/,
      },
      "capabilities that are kept": {
        stack: [secured({ allowPrivilegeEscalation: false })],
        says: /capabilities\.drop does not hold "ALL"/,
      },
      "one capability dropped": {
        stack: [secured({ ...unprivileged, capabilities: { drop: ["NET_RAW"] } })],
        says: /capabilities\.drop does not hold "ALL"/,
      },
      "a capability added": {
        stack: [secured({ ...unprivileged, capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } })],
        says: /capabilities\.add gives SYS_ADMIN/,
      },
      "every capability added": {
        stack: [secured({ ...unprivileged, capabilities: { drop: ["ALL"], add: ["ALL"] } })],
        says: /capabilities\.add gives ALL/,
      },
      "a container of the start": {
        stack: [
          pod({
            initContainers: [{ securityContext: { ...unprivileged, privileged: true } }],
            containers: [{ securityContext: unprivileged }],
          }),
        ],
        says: /initContainers\[0\]\.securityContext\.privileged is true/,
      },
    },
    absent: { stack: [pod({})], says: /allowPrivilegeEscalation is not set/ },
    unknown: [secured({ ...unprivileged, allowPrivilegeEscalation: unknown })],
  });

  testPolicy({
    policy: podReadOnly,
    passes: {
      "files that stay as they were": [secured({ readOnlyRootFilesystem: true })],
      "a pod of Windows, which cannot say it": [windows],
    },
    fails: {
      ...everyKind({ containers: [{}] }, "readOnlyRootFilesystem is not set"),
      "files that may be written": {
        stack: [secured({ readOnlyRootFilesystem: false })],
        says: /readOnlyRootFilesystem is false, expected true/,
      },
      "a word for true": {
        stack: [secured({ readOnlyRootFilesystem: "true" })],
        says: /readOnlyRootFilesystem is "true", expected true/,
      },
      "the pod's word, which Kubernetes does not know": {
        stack: [pod({ securityContext: { readOnlyRootFilesystem: true } })],
        says: /readOnlyRootFilesystem is not set/,
      },
    },
    absent: { stack: [pod({})], says: /readOnlyRootFilesystem is not set/ },
    unknown: [secured({ readOnlyRootFilesystem: unknown })],
  });

  testPolicy({
    policy: podSeccomp,
    passes: {
      "the runtime's filter": [secured({ seccompProfile: { type: "RuntimeDefault" } })],
      "the node's own filter": [
        secured({ seccompProfile: { type: "Localhost", localhostProfile: "prometheus.json" } }),
      ],
      "a pod of Windows, which has no filter": [windows],
      "the pod's filter": [pod({ securityContext: { seccompProfile: { type: "RuntimeDefault" } } })],
    },
    fails: {
      ...everyKind({ containers: [{}] }, "seccompProfile.type is not set"),
      "no filter": {
        stack: [secured({ seccompProfile: { type: "Unconfined" } })],
        says: /seccompProfile\.type is "Unconfined", expected "RuntimeDefault"/,
      },
      "a container without one in a pod with one": {
        stack: [
          pod({
            securityContext: { seccompProfile: { type: "RuntimeDefault" } },
            containers: [{ securityContext: { seccompProfile: { type: "Unconfined" } } }],
          }),
        ],
        says: /containers\[0\]\.securityContext\.seccompProfile\.type is "Unconfined"/,
      },
      "a pod without one, whose container has one": {
        stack: [
          pod({
            securityContext: { seccompProfile: { type: "Unconfined" } },
            containers: [{ securityContext: { seccompProfile: { type: "RuntimeDefault" } } }],
          }),
        ],
        says: /template\.spec\.securityContext\.seccompProfile\.type is "Unconfined"/,
      },
      "the name that the annotation had": {
        stack: [secured({ seccompProfile: { type: "runtime/default" } })],
        says: /is "runtime\/default"/,
      },
    },
    absent: { stack: [pod({})], says: /seccompProfile\.type is not set/ },
    unknown: [secured({ seccompProfile: { type: unknown } })],
  });

  testPolicy({
    policy: podHost,
    passes: {
      "a pod of its own": [pod({ hostNetwork: false, volumes: [{ name: "work", emptyDir: {} }] })],
      "ports of the pod": [pod({ containers: [{ ports: [{ containerPort: 9_090 }] }] })],
      "nothing, said in so many words": [
        pod({
          volumes: [{ emptyDir: {}, hostPath: null }],
          containers: [{ ports: [{ containerPort: 9_090, hostPort: 0 }] }],
        }),
      ],
    },
    fails: {
      ...everyKind({ hostNetwork: true }, "hostNetwork is true"),
      "a word for the node's network": {
        stack: [pod({ hostNetwork: "true" })],
        says: /spec\.hostNetwork is true/,
      },
      "the node's processes": { stack: [pod({ hostPID: true })], says: /spec\.hostPID is true/ },
      "the node's memory": { stack: [pod({ hostIPC: true })], says: /spec\.hostIPC is true/ },
      "the node's container runtime": {
        stack: [pod({ volumes: [{ name: "work" }, { hostPath: { path: "/run/containerd" } }] })],
        says: /volumes\[1\]\.hostPath is a folder of the node/,
      },
      "a port of the node": {
        stack: [pod({ containers: [{ ports: [{ containerPort: 9_100, hostPort: 9_100 }] }] })],
        says: /containers\[0\]\.ports\[0\]\.hostPort is a port of the node/,
      },
      "a port of the node, of a container of the start": {
        stack: [pod({ initContainers: [{ ports: [{ containerPort: 80, hostPort: 80 }] }] })],
        says: /initContainers\[0\]\.ports\[0\]\.hostPort/,
      },
    },
    absent: { stack: [pod({})] },
    unknown: [pod({ hostNetwork: unknown })],
  });

  testPolicy({
    policy: podToken,
    passes: {
      "no token": [pod({ automountServiceAccountToken: false })],
      "a token that it asked for": [
        pod({
          automountServiceAccountToken: false,
          volumes: [{ projected: { sources: [{ serviceAccountToken: { path: "token" } }] } }],
        }),
      ],
    },
    fails: {
      ...everyKind({}, "automountServiceAccountToken is not set, expected false"),
      "a token": {
        stack: [pod({ automountServiceAccountToken: true })],
        says: /automountServiceAccountToken is true, expected false/,
      },
      "a word for false": {
        stack: [pod({ automountServiceAccountToken: "false" })],
        says: /automountServiceAccountToken is "false", expected false/,
      },
    },
    absent: { stack: [pod({})], says: /automountServiceAccountToken is not set/ },
    unknown: [pod({ automountServiceAccountToken: unknown })],
  });

  testPolicy({
    policy: authPodSecrets,
    passes: {
      "a path to the secret": [environment({ DB_PASSWORD_FILE: "/run/secrets/password" })],
      "what is no secret": [environment({ LOG_LEVEL: "info", GOMEMLIMIT: "512MiB" })],
      "a file as a flag": [contained({ args: ["--web.config.file=/etc/web.yml"] })],
      "a secret's file as a flag": [contained({ args: ["--password-file=/run/secrets/password"] })],
      "a setting from a ConfigMap": [
        contained({
          env: [{ name: "ISSUER", valueFrom: { configMapKeyRef: { name: "sso", key: "issuer" } } }],
        }),
      ],
      "another variable's value": [environment({ PASSWORD: "$(FROM_A_FILE)" })],
      "how a token is treated": [
        environment({ TOKEN_TTL: "3600", CHECK_TOKENS: "true", SECRET_NAME: "sso" }),
      ],
      "what is said about tokens, secrets and passwords": [
        environment({
          TOKEN_ISSUER: "https://sso.example.com",
          SECRET_NAMESPACE: "monitoring",
          PASSWORD_POLICY: "strict",
          MAX_TOKENS: "4096",
          TOKENIZER: "bpe",
        }),
      ],
      "where a token is asked for": [contained({ args: ["--token-url=https://sso.example.com/token"] })],
      "how long a token lives": [
        contained({ args: ["--token-lifetime=30s", "--skip-token-check", "serve"] }),
      ],
      "a database's address": [environment({ DATABASE_URL: "postgres://database:5432/metrics" })],
      "an empty password, which is none": [environment({ PASSWORD: "" })],
    },
    fails: {
      ...everyKind(
        { containers: [{ env: [{ name: "PASSWORD", value: "hunter2" }] }] },
        "env[0] holds PASSWORD in the clear",
      ),
      "a token": { stack: [environment({ GITHUB_TOKEN: "ghp_x" })], says: /holds GITHUB_TOKEN in the clear/ },
      "an API key": { stack: [environment({ STRIPE_APIKEY: "sk" })], says: /holds STRIPE_APIKEY/ },
      "a key of a cloud": {
        stack: [environment({ A: "b", AWS_SECRET_ACCESS_KEY: "x" })],
        says: /env\[1\] holds AWS_SECRET_ACCESS_KEY/,
      },
      "a password as a flag": {
        stack: [contained({ args: ["serve", "--redis.password=hunter2"] })],
        says: /args\[1\] holds a secret in the clear/,
      },
      "a private key": { stack: [environment({ PRIVATE_KEY: "MIIE" })], says: /holds PRIVATE_KEY/ },
      "a key of an account": { stack: [environment({ STORAGE_ACCOUNT_KEY: "x" })], says: /ACCOUNT_KEY/ },
      "a password in an address": {
        stack: [environment({ DATABASE_URL: "postgres://metrics:hunter2@database:5432/metrics" })],
        says: /holds DATABASE_URL in the clear/,
      },
      "a flag and its password apart": {
        stack: [contained({ args: ["serve", "--redis.password", "hunter2"] })],
        says: /args\[1\] holds a secret/,
      },
      "a password with a slash, in a word of files": {
        stack: [contained({ args: ["--redis.password=profile/1"] })],
        says: /args\[0\] holds a secret/,
      },
      "a password in a shell's script": {
        stack: [contained({ command: ["sh", "-c", "exec exporter --redis.password=hunter2"] })],
        says: /command\[2\] holds a secret/,
      },
      "a password for a container of the start": {
        stack: [pod({ initContainers: [{ env: [{ name: "PASSWORD", value: "hunter2" }] }] })],
        says: /initContainers\[0\]\.env\[0\] holds PASSWORD/,
      },
    },
    absent: { stack: [pod({})] },
    unknown: [environment({ PASSWORD: unknown })],
  });

  testPolicy({
    policy: authPodSecretVariables,
    passes: {
      "a setting from a ConfigMap": [
        contained({
          env: [{ name: "ISSUER", valueFrom: { configMapKeyRef: { name: "sso", key: "issuer" } } }],
          envFrom: [{ configMapRef: { name: "a" } }],
        }),
      ],
    },
    fails: {
      "a Secret in the environment": {
        stack: [
          contained({
            env: [{ name: "PGPASS", valueFrom: { secretKeyRef: { name: "database", key: "password" } } }],
          }),
        ],
        says: /env\[0\] hands the secret PGPASS over in the environment/,
      },
      "a whole Secret in the environment": {
        stack: [
          contained({ envFrom: [{ configMapRef: { name: "a" } }, { secretRef: { name: "database" } }] }),
        ],
        says: /envFrom\[1\] hands a whole Secret over in the environment/,
      },
    },
    absent: { stack: [contained({})] },
    unknown: [contained({ env: unknown })],
  });
});

describe("Policies of pods: what a container needs and is", () => {
  testPolicy({
    policy: podResources,
    passes: {
      "requests and a limit of memory": [contained({ resources })],
      "a container for debugging": [pod({ containers: [{ resources }], ephemeralContainers: [{}] })],
      "limits only, which are requests too": [
        contained({ resources: { limits: { cpu: "1", memory: "512Mi" } } }),
      ],
      "resources of the pod for its containers": [pod({ resources })],
      "a limit of CPU beside": [
        contained({ resources: { ...resources, limits: { cpu: "1", memory: "512Mi" } } }),
      ],
    },
    fails: {
      ...everyKind({ containers: [{}] }, "resources.requests.cpu is not set"),
      "no limit of memory": {
        stack: [contained({ resources: { requests: resources.requests } })],
        says: /resources\.limits\.memory is not set/,
      },
      "a limit of nothing, which is none": {
        stack: [contained({ resources: { ...resources, limits: { memory: "0" } } })],
        says: /resources\.limits\.memory is "0", expected an amount/,
      },
      "a request of nothing": {
        stack: [contained({ resources: { ...resources, requests: { cpu: 0, memory: "0Mi" } } })],
        says: /requests\.memory is "0Mi", expected an amount/,
      },
      "a limit that was taken back": {
        stack: [contained({ resources: { ...resources, limits: { memory: null } } })],
        says: /resources\.limits\.memory is not set/,
      },
      "no request of memory": {
        stack: [contained({ resources: { requests: { cpu: "100m" }, limits: { cpu: "1" } } })],
        says: /resources\.requests\.memory is not set/,
      },
      "a container of the start": {
        stack: [pod({ initContainers: [{}], containers: [{ resources }] })],
        says: /initContainers\[0\]\.resources\.limits\.memory is not set/,
      },
    },
    absent: { stack: [pod({})], says: /requests\.cpu is not set[^]*limits\.memory is not set/ },
    unknown: [contained({ resources: { ...resources, limits: { memory: unknown } } })],
  });

  testPolicy({
    policy: podImage,
    passes: {
      "a version": [contained({ image: "quay.io/prometheus/prometheus:v3.5.0" })],
      "a digest": [contained({ image: `quay.io/prometheus/prometheus@sha256:${"0".repeat(64)}` })],
      "a version with its digest": [contained({ image: `grafana:13.0.0@sha256:${"a1".repeat(32)}` })],
      "a registry with a port": [contained({ image: "registry.internal:5000/thanos:v0.42.0" })],
    },
    fails: {
      ...everyKind({ containers: [{ image: "nginx" }] }, 'image is "nginx", which is another one every day'),
      latest: { stack: [contained({ image: "nginx:latest" })], says: /is "nginx:latest", which is another/ },
      "a latest one of a kind": {
        stack: [contained({ image: "nginx:latest-alpine3" })],
        says: /is "nginx:latest-alpine3"/,
      },
      "a name that moves": { stack: [contained({ image: "nginx:stable" })], says: /is "nginx:stable"/ },
      "a branch": { stack: [contained({ image: "quay.io/thanos/thanos:main" })], says: /thanos:main"/ },
      "a registry's port for a version": {
        stack: [contained({ image: "registry.internal:5000/thanos" })],
        says: /is "registry\.internal:5000\/thanos"/,
      },
      "a container of the start": {
        stack: [pod({ initContainers: [{ image: "busybox" }], containers: [{ image: "nginx:1.29.1" }] })],
        says: /initContainers\[0\]\.image is "busybox"/,
      },
    },
    absent: { stack: [pod({})], says: /image is/ },
    unknown: [contained({ image: unknown })],
  });

  testPolicy({
    policy: podProbes,
    passes: {
      "both probes": [contained(probes)],
      "a job, which ends": [kinds.Job({ containers: [{}] })],
      "a pod that ends": [kinds.Pod({ restartPolicy: "Never", containers: [{}] })],
      "every way to ask": [
        contained({ readinessProbe: { grpc: { port: 10_901 } }, livenessProbe: { tcpSocket: { port: 80 } } }),
        contained({ readinessProbe: { exec: { command: ["true"] } }, livenessProbe: probes.livenessProbe }),
      ],
      "a job by the clock": [kinds.CronJob({ containers: [{}] })],
      "a container of the start": [pod({ initContainers: [{}], containers: [probes] })],
      "a container for debugging": [pod({ containers: [probes], ephemeralContainers: [{}] })],
    },
    fails: {
      "no probe of life": {
        stack: [contained({ readinessProbe: probes.readinessProbe })],
        says: /containers\[0\]\.livenessProbe is not set/,
      },
      "a probe that asks nothing": {
        stack: [contained({ ...probes, livenessProbe: { periodSeconds: 10 } })],
        says: /containers\[0\]\.livenessProbe asks nothing/,
      },
      "a probe of the start only": {
        stack: [contained({ startupProbe: probes.readinessProbe })],
        says: /readinessProbe is not set/,
      },
      "a word for a probe": {
        stack: [contained({ ...probes, livenessProbe: "/-/healthy" })],
        says: /livenessProbe/,
      },
      "the second of two": {
        stack: [pod({ containers: [probes, {}] })],
        says: /containers\[1\]\.readinessProbe is not set/,
      },
      "pods of every node": {
        stack: [kinds.DaemonSet({ containers: [{}] })],
        says: /readinessProbe is not set/,
      },
    },
    absent: { stack: [pod({})], says: /readinessProbe is not set[^]*livenessProbe is not set/ },
    unknown: [contained({ ...probes, livenessProbe: unknown })],
  });

  testPolicy({
    policy: podReleaseValues,
    passes: {
      "values that keep all of it": [
        release({
          image: { repository: "quay.io/thanos/thanos", tag: "v0.42.0" },
          securityContext: { ...unprivileged, runAsNonRoot: true, readOnlyRootFilesystem: true },
          hostNetwork: false,
        }),
      ],
      "a security context, which another policy looks at": [
        release({ securityContext: { privileged: true, runAsUser: 0 } }),
      ],
      "a part that is off": [release({ nodeExporter: { enabled: false, hostNetwork: true } })],
      "the chart's own tag": [release({ image: { repository: "quay.io/thanos/thanos", tag: "" } })],
      "a tag of something else": [release({ logs: { tag: "thanos" } })],
      "a port below 1024": [release({ securityContext: { capabilities: { add: ["NET_BIND_SERVICE"] } } })],
    },
    fails: {
      "a privileged container somewhere": {
        stack: [release({ store: { extraContainers: [{}, { privileged: true }] } })],
        says: /values\.store\.extraContainers\[1\]\.privileged is true/,
      },
      "a word for privileged": {
        stack: [release({ agent: { privileged: "true" } })],
        says: /values\.agent\.privileged is true/,
      },
      escalation: {
        stack: [release({ agent: { allowPrivilegeEscalation: true } })],
        says: /allowPrivilegeEscalation is true/,
      },
      "the node's network": { stack: [release({ hostNetwork: true })], says: /values\.hostNetwork is true/ },
      "a folder of the node": {
        stack: [release({ extraVolumes: [{ name: "run", hostPath: { path: "/run" } }] })],
        says: /values\.extraVolumes\[0\]\.hostPath is a folder of the node/,
      },
      root: {
        stack: [release({ podSecurityPolicy: { runAsNonRoot: false } })],
        says: /values\.podSecurityPolicy\.runAsNonRoot is false/,
      },
      "user 0": {
        stack: [release({ agent: { runAsUser: 0 } })],
        says: /values\.agent\.runAsUser is 0, which is root/,
      },
      "files that may be written": {
        stack: [release({ agent: { readOnlyRootFilesystem: false } })],
        says: /readOnlyRootFilesystem is false/,
      },
      "no filter of system calls": {
        stack: [release({ agent: { seccompProfile: { type: "Unconfined" } } })],
        says: /seccompProfile filters nothing/,
      },
      "a capability": {
        stack: [release({ securityContext: { capabilities: { drop: ["ALL"], add: ["SYS_PTRACE"] } } })],
        says: /capabilities give SYS_PTRACE/,
      },
      "an image of the day": {
        stack: [release({ image: { repository: "quay.io/thanos/thanos", tag: "latest" } })],
        says: /values\.image\.tag is "latest", which is another image every day/,
      },
      "what is wrong beside what is not known": {
        stack: [release({ hostProcess: unknown, hostNetwork: true })],
        says: /values\.hostNetwork is true/,
      },
      "the newer type": {
        stack: [{ ...release({ hostNetwork: true }), type: "kubernetes:helm.sh/v4:Chart" }],
        says: /hostNetwork is true/,
      },
    },
    absent: { stack: [release({})] },
    unknown: [release({ agent: { privileged: unknown } })],
  });

  testNoneIsLeftOut(podPolicies, releasePolicies);
});

function templated(type: string, spec: object): Given {
  return { type, props: { spec } };
}

/** What is wrong with a pod is wrong with it in every kind that makes pods. */
function everyKind(spec: object, says: string) {
  const text = new RegExp(says.replaceAll(/[.[\]]/g, "\\$&"));
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, of]) => [`a ${kind} like that`, { stack: [of(spec)], says: text }]),
  );
}

function release(values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: "thanos", values } };
}

/** A Deployment's pod, with a container where the spec names none. */
function pod(spec: object): Given {
  return kinds.Deployment({ containers: [{}], ...spec });
}

function contained(container: object): Given {
  return pod({ containers: [container] });
}

function secured(securityContext: object): Given {
  return contained({ securityContext });
}

function environment(variables: Readonly<Record<string, unknown>>): Given {
  return contained({ env: Object.entries(variables).map(([name, value]) => ({ name, value })) });
}
