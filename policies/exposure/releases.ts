/** What releases open: the edge's ports and rights, the node below a pod. */
import { mapsOf } from "../facts/releaseMaps.ts";
import { valueOf, valuePath } from "../facts/releases.ts";
import { at, isOn, quoted } from "../resource.ts";
import { releasePolicy } from "../releasePolicy.ts";

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
        if (isOn(map[name])) yield { path: `${path}.${name}`, problem: "is true" };
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
