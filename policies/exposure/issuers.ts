/** What answers a challenge of ACME, and what Cilium lets through beside NetworkPolicies. */
import type { ResourcePolicy } from "../policy.ts";
import { at, isMap, listAt, quoted } from "../resource.ts";

export const exposureSolver: ResourcePolicy = {
  id: "exposure-acme-solver",
  concern: "exposure",
  severity: "low",
  description: "A pod that answers a challenge of ACME is reached by the ingress alone.",
  remedy: "Set http01.ingress.serviceType to ClusterIP: cert-manager's own is NodePort",
  covers: [],
  types: ["kubernetes:cert-manager.io/v1:ClusterIssuer", "kubernetes:cert-manager.io/v1:Issuer"],
  *check({ props }) {
    for (const [index, solver] of listAt(props, "spec", "acme", "solvers").entries()) {
      const ingress = at(solver, "http01", "ingress");
      const type = at(ingress, "serviceType");
      if (isMap(ingress) && type !== "ClusterIP")
        yield {
          path: `spec.acme.solvers[${String(index)}].http01.ingress.serviceType`,
          problem: `${quoted(type)}, expected "ClusterIP"`,
        };
    }
  },
};

export const exposureCilium: ResourcePolicy = {
  id: "exposure-cilium-policy",
  concern: "exposure",
  severity: "high",
  description: "A CiliumNetworkPolicy names who may come or go, and on which ports.",
  remedy: "Give each rule peers (toEntities, toEndpoints, toCIDR …) and toPorts",
  covers: [],
  types: [
    "kubernetes:cilium.io/v2:CiliumNetworkPolicy",
    "kubernetes:cilium.io/v2:CiliumClusterwideNetworkPolicy",
  ],
  *check({ props }) {
    for (const [way, side] of [
      ["egress", "to"],
      ["ingress", "from"],
    ] as const)
      for (const [index, rule] of listAt(props, "spec", way).entries()) {
        const path = `spec.${way}[${String(index)}]`;
        const keys = isMap(rule) ? Object.keys(rule).filter((key) => key.startsWith(side)) : [];
        const peers = keys.filter((key) => key !== "toPorts").flatMap((key) => listAt(rule, key));
        if (peers.length === 0) yield { path, problem: "names no peer" };
        if (peers.some((peer) => peer === "all" || peer === "world"))
          yield { path, problem: "is for everybody" };
        const ports = listAt(rule, "toPorts");
        if (ports.length === 0 || ports.some((each) => listAt(each, "ports").length === 0))
          yield { path: `${path}.toPorts`, problem: "is not set: every port is open" };
      }
  },
};
