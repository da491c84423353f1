/** Pods as Pod Security's `restricted` wants them, with limits, and images that stay what they were. */
import { containersOf, type Container, type PodTemplate } from "../facts/podTemplates.ts";
import { containerPolicy, podPolicy } from "../podPolicy.ts";
import { namesVersion } from "./releaseValues.ts";
import { at, isMap, isOn, listAt, quoted, type Properties } from "../resource.ts";

/** Kubernetes lets such a pod say nothing that only Linux has. */
function isWindows({ spec }: PodTemplate): boolean {
  return at(spec, "os", "name") === "windows";
}

function contextOf(of: Properties): Properties {
  const { securityContext } = of;
  return isMap(securityContext) ? securityContext : {};
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
  *lookAtPod({ spec, path }) {
    const { runAsNonRoot, runAsUser } = contextOf(spec);
    if (runAsNonRoot === false || runAsNonRoot === "false")
      yield { path: `${path}.securityContext.runAsNonRoot`, problem: "is false, expected true" };
    if (runAsUser === 0 || runAsUser === "0")
      yield { path: `${path}.securityContext.runAsUser`, problem: "is 0, which is root" };
  },
  *look(container) {
    const path = `${container.path}.securityContext`;
    if (effective(container, "runAsNonRoot") !== true)
      yield {
        path: `${path}.runAsNonRoot`,
        problem: `${quoted(effective(container, "runAsNonRoot"))}, expected true`,
      };
    const user = effective(container, "runAsUser");
    if (user === 0 || user === "0") yield { path: `${path}.runAsUser`, problem: "is 0, which is root" };
  },
});

export const podPrivileges = containerPolicy({
  id: "pod-privileges",
  severity: "critical",
  description:
    "No container has or gets privileges: not privileged, no escalation, no capabilities, nothing of the host's.",
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
  *look(each) {
    const { container, path, pod } = each;
    const context = at(container, "securityContext");
    const where = `${path}.securityContext`;
    if (isOn(at(effective(each, "windowsOptions"), "hostProcess")))
      yield { path: `${where}.windowsOptions.hostProcess`, problem: "is true" };
    if (isWindows(pod)) return;
    if (isOn(at(context, "privileged"))) yield { path: `${where}.privileged`, problem: "is true" };
    const mount = at(context, "procMount");
    if (mount !== undefined && mount !== null && mount !== "Default")
      yield { path: `${where}.procMount`, problem: `${quoted(mount)}, expected "Default"` };
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
  *look({ container, path, pod }) {
    const value = at(container, "securityContext", "readOnlyRootFilesystem");
    if (value !== true && !isWindows(pod))
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
  *lookAtPod(pod) {
    const type = at(contextOf(pod.spec)["seccompProfile"], "type");
    if (type === "Unconfined" && !isWindows(pod))
      yield {
        path: `${pod.path}.securityContext.seccompProfile.type`,
        problem: `${quoted(type)}, expected "RuntimeDefault"`,
      };
  },
  *look(container) {
    const type = at(effective(container, "seccompProfile"), "type");
    if (type !== "RuntimeDefault" && type !== "Localhost" && !isWindows(container.pod))
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
  *look({ container, path, pod }) {
    // Kubernetes takes no resources for a container for debugging.
    if (path.includes(".ephemeralContainers[")) return;
    const amount = (kind: string, name: string): unknown =>
      at(container, "resources", kind, name) ?? at(pod.spec, "resources", kind, name);
    for (const [kind, name] of [
      ["requests", "cpu"],
      ["requests", "memory"],
      ["limits", "memory"],
    ] as const) {
      // What is not asked for is what is allowed.
      const value = amount(kind, name) ?? amount("limits", name);
      if (/^"?0*(?:\.0*)?[a-zA-Z]*"?$/.test(JSON.stringify(value ?? 0)))
        yield { path: `${path}.resources.${kind}.${name}`, problem: `${quoted(value)}, expected an amount` };
    }
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
    const [, tag = ""] = /:([^/:]+)$/.exec(image) ?? [];
    const named = /@sha256:[0-9a-f]{64}$/.test(image) || namesVersion(tag);
    if (!named) yield { path: `${path}.image`, problem: `${quoted(image)}, which is another one every day` };
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
    const ends =
      pod.resource.type.startsWith("kubernetes:batch/") ||
      ["Never", "OnFailure"].includes(String(pod.spec["restartPolicy"]));
    if (ends || !path.includes(".containers[")) return;
    for (const name of ["readinessProbe", "livenessProbe"]) {
      const probe = at(container, name);
      if (!["httpGet", "tcpSocket", "grpc", "exec"].some((way) => isMap(at(probe, way))))
        yield { path: `${path}.${name}`, problem: isMap(probe) ? "asks nothing" : "is not set" };
    }
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
      if (isOn(pod.spec[name])) yield { path: `${pod.path}.${name}`, problem: "is true" };
    for (const [index, volume] of listAt(pod.spec, "volumes").entries())
      if (isMap(at(volume, "hostPath")))
        yield { path: `${pod.path}.volumes[${String(index)}].hostPath`, problem: "is a folder of the node" };
    for (const { container, path } of containersOf(pod))
      for (const [index, port] of listAt(container, "ports").entries())
        if (Number(at(port, "hostPort") ?? 0) !== 0)
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
