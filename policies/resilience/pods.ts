/** Pods as Pod Security's `restricted` wants them, with limits, and images that stay what they were. */
import {
  containersOf,
  podTemplateOf,
  podTypes,
  type Container,
  type PodTemplate,
} from "../facts/podTemplates.ts";
import type { Concern, Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, listAt, quoted, type Resource } from "../resource.ts";

interface ContainerPolicy {
  readonly id: string;
  readonly concern?: Concern;
  readonly severity: ResourcePolicy["severity"];
  readonly description: string;
  readonly remedy: string;
  readonly covers: readonly string[];
  readonly look: (container: Container) => Iterable<Fault>;
}

function containerPolicy({ look, concern = "resilience", ...policy }: ContainerPolicy): ResourcePolicy {
  return {
    ...policy,
    concern,
    types: podTypes,
    *check(resource) {
      const pod = podTemplateOf(resource);
      if (pod !== undefined) yield* everyOne(containersOf(pod), look);
    },
  };
}

function podPolicy(
  policy: Omit<ResourcePolicy, "types" | "check" | "concern"> & {
    readonly look: (pod: PodTemplate) => Iterable<Fault>;
  },
): ResourcePolicy {
  const { look, ...rest } = policy;
  return {
    ...rest,
    concern: "resilience",
    types: podTypes,
    *check(resource) {
      const pod = podTemplateOf(resource);
      if (pod !== undefined) yield* look(pod);
    },
  };
}

/** What the container says, or the pod for all of its containers. */
function effective({ container, pod }: Container, name: string): unknown {
  return at(container, "securityContext", name) ?? at(pod.spec, "securityContext", name);
}

export const podNonRoot = containerPolicy({
  id: "pod-non-root",
  severity: "high",
  description: "No container runs as root.",
  remedy: "Set securityContext.runAsNonRoot to true, and runAsUser to a number other than 0",
  covers: ["CKV_K8S_23", "CIS Kubernetes 5.2.7", "AVD-KSV-0012"],
  *look(container) {
    const path = `${container.path}.securityContext`;
    if (effective(container, "runAsNonRoot") !== true)
      yield {
        path: `${path}.runAsNonRoot`,
        problem: `${quoted(effective(container, "runAsNonRoot"))}, expected true`,
      };
    if (effective(container, "runAsUser") === 0)
      yield { path: `${path}.runAsUser`, problem: "is 0, which is root" };
  },
});

export const podPrivileges = containerPolicy({
  id: "pod-privileges",
  severity: "critical",
  description: "No container has or gets privileges: not privileged, no escalation, no capabilities.",
  remedy:
    'Set allowPrivilegeEscalation to false and capabilities.drop to ["ALL"]; remove privileged and capabilities.add',
  covers: [
    "CKV_K8S_16",
    "CKV_K8S_20",
    "CKV_K8S_28",
    "CKV_K8S_37",
    "CKV_K8S_39",
    "AVD-KSV-0001",
    "AVD-KSV-0017",
  ],
  *look({ container, path }) {
    const context = at(container, "securityContext");
    const where = `${path}.securityContext`;
    if (at(context, "privileged") === true) yield { path: `${where}.privileged`, problem: "is true" };
    if (at(context, "allowPrivilegeEscalation") !== false)
      yield {
        path: `${where}.allowPrivilegeEscalation`,
        problem: `${quoted(at(context, "allowPrivilegeEscalation"))}, expected false`,
      };
    if (!listAt(context, "capabilities", "drop").includes("ALL"))
      yield { path: `${where}.capabilities.drop`, problem: 'does not hold "ALL"' };
    for (const capability of listAt(context, "capabilities", "add"))
      // Pod Security's `restricted` allows this one.
      if (capability !== "NET_BIND_SERVICE")
        yield { path: `${where}.capabilities.add`, problem: `gives ${String(capability)}` };
  },
});

export const podReadOnly = containerPolicy({
  id: "pod-read-only",
  severity: "medium",
  description: "A container's own files cannot be changed.",
  remedy: "Set securityContext.readOnlyRootFilesystem to true, and mount what is written",
  covers: ["CKV_K8S_22", "CKV_K8S_29", "CKV_K8S_30", "AVD-KSV-0014"],
  *look({ container, path }) {
    const value = at(container, "securityContext", "readOnlyRootFilesystem");
    if (value !== true)
      yield {
        path: `${path}.securityContext.readOnlyRootFilesystem`,
        problem: `${quoted(value)}, expected true`,
      };
  },
});

export const podSeccomp = containerPolicy({
  id: "pod-seccomp",
  severity: "medium",
  description: "The system calls of a container are filtered.",
  remedy: 'Set securityContext.seccompProfile.type to "RuntimeDefault"',
  covers: ["CKV_K8S_31", "AVD-KSV-0030"],
  *look(container) {
    const type = at(effective(container, "seccompProfile"), "type");
    if (type !== "RuntimeDefault" && type !== "Localhost")
      yield {
        path: `${container.path}.securityContext.seccompProfile.type`,
        problem: `${quoted(type)}, expected "RuntimeDefault"`,
      };
  },
});

export const podResources = containerPolicy({
  id: "pod-resources",
  severity: "medium",
  description: "A container asks for CPU and memory, and cannot take all the memory there is.",
  remedy: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory",
  covers: ["CKV_K8S_10", "CKV_K8S_12", "CKV_K8S_13", "AVD-KSV-0011", "AVD-KSV-0016", "AVD-KSV-0018"],
  *look({ container, path }) {
    for (const [kind, name] of [
      ["requests", "cpu"],
      ["requests", "memory"],
      ["limits", "memory"],
    ] as const)
      if (at(container, "resources", kind, name) === undefined)
        yield { path: `${path}.resources.${kind}.${name}`, problem: "is not set" };
  },
});

export const podImage = containerPolicy({
  id: "pod-image",
  severity: "medium",
  description: "An image is named by its version or digest: what runs tomorrow is what was tested today.",
  remedy: "Name a version (not latest) or a digest",
  covers: ["CKV_K8S_14", "AVD-KSV-0013"],
  *look({ container, path }) {
    const image = String(at(container, "image"));
    const tag = /@sha256:[0-9a-f]{64}$/.test(image) ? "digest" : /:([^/:]+)$/.exec(image)?.[1];
    if (tag === undefined || tag === "latest")
      yield { path: `${path}.image`, problem: `${quoted(image)}, which is another one every day` };
  },
});

export const podProbes = containerPolicy({
  id: "pod-probes",
  severity: "medium",
  description: "A container that serves says whether it is ready and whether it lives.",
  remedy: "Add readinessProbe and livenessProbe",
  covers: ["CKV_K8S_8", "CKV_K8S_9"],
  *look({ container, path, pod }) {
    // What ends by itself is not asked.
    if (pod.resource.type.startsWith("kubernetes:batch/") || path.includes(".initContainers[")) return;
    for (const probe of ["readinessProbe", "livenessProbe"])
      if (!isMap(at(container, probe))) yield { path: `${path}.${probe}`, problem: "is not set" };
  },
});

export const podEnvironment = containerPolicy({
  id: "pod-secrets",
  concern: "auth",
  severity: "critical",
  description: "No password is written into a container's environment or arguments.",
  remedy:
    "Mount the Secret as a file; the environment is seen by everybody who can look at the pod or its crash dump",
  covers: ["CKV_K8S_35", "AVD-KSV-0109"],
  *look({ container, path }) {
    for (const [index, variable] of listAt(container, "env").entries()) {
      const name = String(at(variable, "name"));
      const where = `${path}.env[${String(index)}]`;
      if (at(variable, "valueFrom", "secretKeyRef") !== undefined)
        yield { path: where, problem: `hands the secret ${name} over in the environment` };
      else if (
        /passw|secret|token|api_?key/i.test(name) &&
        !/_?FILE$|_PATH$/i.test(name) &&
        at(variable, "value")
      )
        yield { path: where, problem: `holds ${name} in the clear` };
    }
    for (const [index, source] of listAt(container, "envFrom").entries())
      if (at(source, "secretRef") !== undefined)
        yield {
          path: `${path}.envFrom[${String(index)}]`,
          problem: "hands a whole Secret over in the environment",
        };
    for (const [index, argument] of listAt(container, "args").map(String).entries())
      if (
        /^--?[\w.-]*(?:password|secret|token)[\w.-]*=(?!.*(?:\/|\$))./i.test(argument) &&
        !/file|path/i.test(argument)
      )
        yield { path: `${path}.args[${String(index)}]`, problem: "holds a secret in the clear" };
  },
});

export const podHost = podPolicy({
  id: "pod-host",
  severity: "critical",
  description: "A pod shares nothing with its node: no network, processes, memory, ports or folders.",
  remedy:
    "Remove hostNetwork, hostPID, hostIPC, hostPort and hostPath; what measures nodes is excluded with its reason",
  covers: [
    "CKV_K8S_17",
    "CKV_K8S_18",
    "CKV_K8S_19",
    "CKV_K8S_26",
    "CKV_K8S_27",
    "AVD-KSV-0008",
    "AVD-KSV-0009",
    "AVD-KSV-0010",
  ],
  *look(pod) {
    for (const name of ["hostNetwork", "hostPID", "hostIPC"])
      if (pod.spec[name] === true) yield { path: `${pod.path}.${name}`, problem: "is true" };
    for (const [index, volume] of listAt(pod.spec, "volumes").entries())
      if (at(volume, "hostPath") !== undefined)
        yield { path: `${pod.path}.volumes[${String(index)}].hostPath`, problem: "is a folder of the node" };
    for (const { container, path } of containersOf(pod))
      for (const [index, port] of listAt(container, "ports").entries())
        if (at(port, "hostPort") !== undefined)
          yield { path: `${path}.ports[${String(index)}].hostPort`, problem: "is a port of the node" };
  },
});

export const podToken = podPolicy({
  id: "pod-token",
  severity: "medium",
  description:
    "A pod gets no token of the API server, or says that it needs one by a projected volume of its own.",
  remedy: "Set automountServiceAccountToken to false",
  covers: ["CKV_K8S_38", "AVD-KSV-0036"],
  *look(pod) {
    const value = pod.spec["automountServiceAccountToken"];
    if (value !== false)
      yield { path: `${pod.path}.automountServiceAccountToken`, problem: `${quoted(value)}, expected false` };
  },
});

export const podReplicas: ResourcePolicy = {
  id: "pod-replicas",
  concern: "resilience",
  severity: "medium",
  description: "What answers others runs twice, on different nodes.",
  remedy:
    "Set replicas to 2 or more with a podAntiAffinity or a spread over zones; what must be one is excluded with its reason",
  covers: [],
  types: ["kubernetes:apps/v1:Deployment", "kubernetes:apps/v1:StatefulSet"],
  *check(resource) {
    const pod = podTemplateOf(resource);
    if (pod === undefined || isAlone(resource, pod)) return;
    // Absent where an autoscaler says it.
    const replicas = at(resource.props, "spec", "replicas");
    if (replicas !== undefined && Number(replicas) < 2)
      yield { path: "spec.replicas", problem: `${quoted(replicas)}, expected 2 or more` };
    const spread =
      isMap(at(pod.spec, "affinity", "podAntiAffinity")) ||
      listAt(pod.spec, "topologySpreadConstraints").length > 0;
    if (!spread) yield { path: `${pod.path}.affinity.podAntiAffinity`, problem: "is not set" };
  },
};

/** A compactor, or what says by its strategy that there is one of it. */
function isAlone(resource: Resource, pod: PodTemplate): boolean {
  const recreated = at(resource.props, "spec", "strategy", "type") === "Recreate";
  return (
    recreated || containersOf(pod).some(({ container }) => listAt(container, "args").includes("compact"))
  );
}
