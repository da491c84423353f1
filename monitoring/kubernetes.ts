/** Everything that a system needs on a cluster, rendered from one description. Pure. */
import { certificateParts } from "./kubernetes/certificates.ts";
import { externalSecretsParts } from "./kubernetes/externalSecrets.ts";
import { blackboxExporter, postgresExporter, redisExporter } from "./kubernetes/exporters.ts";
import { foundation } from "./kubernetes/foundation.ts";
import { identitiesOf } from "./kubernetes/identities.ts";
import { ingress } from "./kubernetes/ingress.ts";
import type { ClusterFacts, KubernetesPlan, Part } from "./kubernetes/model.ts";
import { withoutInstalled } from "./kubernetes/installed.ts";
import { monitorObjects } from "./kubernetes/monitors.ts";
import { networkPolicies } from "./kubernetes/networkPolicies.ts";
import { oauth2Proxy } from "./kubernetes/oauth2Proxy.ts";
import { inOrder } from "./kubernetes/order.ts";
import { operatorCrds, prometheusStack } from "./kubernetes/prometheusStack.ts";
import { pushgateway } from "./kubernetes/pushgateway.ts";
import { ruleObjects } from "./kubernetes/ruleObjects.ts";
import { thanosParts } from "./kubernetes/thanos.ts";
import { weeklySummary } from "./kubernetes/weeklySummary.ts";
import type { System } from "./model.ts";

/** @throws when the parts contradict each other: a defect of this program, not of a configuration */
export function planKubernetes(system: System, facts: ClusterFacts): KubernetesPlan {
  const base = foundation(system, facts);
  const others = [
    networkPolicies(system, facts),
    ...externalSecretsParts(system, facts),
    ...certificateParts(system, facts),
    operatorCrds(system, facts),
    prometheusStack(system, facts),
    monitorObjects(system, facts),
    ...ruleObjects(system, facts),
    ...thanosParts(system, facts),
    pushgateway(system, facts),
    redisExporter(system, facts),
    postgresExporter(system, facts),
    blackboxExporter(system, facts),
    weeklySummary(system, facts),
    oauth2Proxy(system, facts),
    ingress(system, facts),
  ].filter((part) => part !== undefined);
  return {
    namespace: system.namespace,
    parts: inOrder([base, ...withoutInstalled(others, facts).map((part) => afterFoundation(part, base))]),
    identities: identitiesOf(system, facts),
  };
}

/** Namespaces come before everything. */
function afterFoundation(part: Part, base: Part): Part {
  return part.after.includes(base.name) ? part : { ...part, after: [base.name, ...part.after] };
}
