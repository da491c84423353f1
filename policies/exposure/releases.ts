/** What releases open: services for outside, the edge's ports and rights, the node below a pod. */
import { mapsOf } from "../facts/releaseMaps.ts";
import { valueOf, valuePath } from "../facts/releases.ts";
import { at, listAt, quoted } from "../resource.ts";
import { releasePolicy } from "../releasePolicy.ts";

/** Charts whose very purpose is to answer the internet. */
const edges = new Set([
  "kubernetes-ingress",
  "ingress-nginx",
  "haproxy-ingress",
  "traefik",
  "kong",
  "contour",
]);

export const exposureReleaseService = releasePolicy({
  id: "exposure-release-service",
  concern: "exposure",
  severity: "high",
  description: "Services of a release are for the cluster; an edge's names who may come.",
  remedy:
    "Set service.type to ClusterIP; of an edge give loadBalancerSourceRanges, 0.0.0.0/0 where all may come",
  covers: [],
  *look(release) {
    const edge = edges.has(release.chart);
    for (const { path, key, map } of mapsOf(release)) {
      if (!/service$/i.test(key)) continue;
      const type = map["type"];
      if (type === "NodePort" || (type === "LoadBalancer" && !edge))
        yield { path: `${path}.type`, problem: `${quoted(type)}, which is reached from outside` };
      if (type === "LoadBalancer" && listAt(map, "loadBalancerSourceRanges").length === 0)
        yield { path: `${path}.loadBalancerSourceRanges`, problem: "is not set: everybody may come unsaid" };
    }
  },
});

export const exposureReleaseHost = releasePolicy({
  id: "exposure-release-host",
  concern: "exposure",
  severity: "critical",
  description: "No pod of a release shares its node's processes or memory.",
  remedy: "Remove hostPID and hostIPC",
  covers: ["CKV_K8S_17", "CKV_K8S_18"],
  *look(release) {
    for (const { path, map } of mapsOf(release))
      for (const name of ["hostPID", "hostIPC"])
        if (map[name] === true) yield { path: `${path}.${name}`, problem: "is true" };
  },
});

export const exposureEdge = releasePolicy({
  id: "exposure-edge",
  concern: "exposure",
  severity: "high",
  description:
    "HAProxy's ingress controller runs without privileges, opens no port of its own administration, and serves TLS.",
  remedy:
    "Leave unprivileged on and allowPrivilegedPorts, pprof and the ports admin and stat off; keep defaultTLSSecret, the port https and the seccomp profile on",
  covers: [],
  *look(release) {
    if (release.chart !== "kubernetes-ingress") return;
    for (const [path, wanted, initial] of [
      ["controller.unprivileged", true, true],
      ["controller.allowPrivilegedPorts", false, false],
      ["controller.enableRuntimeDefaultSeccompProfile", true, true],
      ["controller.defaultTLSSecret.enabled", true, true],
      ["controller.pprof.enabled", false, false],
      ["controller.service.enablePorts.https", true, true],
      ["controller.service.enablePorts.admin", false, false],
      ["controller.service.enablePorts.stat", false, true],
    ] as const) {
      const value = valueOf(release, path) ?? initial;
      if (value !== wanted)
        yield { path: valuePath(path), problem: `${quoted(value)}, expected ${String(wanted)}` };
    }
    const snippet = quoted(at(release.values, "controller", "config", "global-config-snippet"));
    if (/ssl-min-ver\s+(?:SSL|TLSv1\.[01])\b|no-tlsv12/i.test(snippet))
      yield { path: valuePath("controller.config.global-config-snippet"), problem: "speaks an old TLS" };
  },
});
