/** Kubernetes: rights that lead to others' rights, traffic or Secrets. */
import type { Fault, ResourcePolicy } from "../policy.ts";
import { everyOne, listAt } from "../resource.ts";

const clusterRole = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole";
const role = "kubernetes:rbac.authorization.k8s.io/v1:Role";

interface Right {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Whether it counts also within one namespace. */
  readonly inNamespace: boolean;
  /** What somebody does with it. */
  readonly leads: string;
}

const rights: readonly Right[] = [
  {
    resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
    verbs: ["create", "update", "patch"],
    inNamespace: false,
    leads: "reads and changes whatever anybody asks the API server for",
  },
  {
    resources: ["certificatesigningrequests/approval"],
    verbs: ["update", "patch"],
    inNamespace: false,
    leads: "makes certificates for anybody",
  },
  { resources: ["signers"], verbs: ["approve"], inNamespace: false, leads: "makes certificates for anybody" },
  {
    resources: ["rolebindings", "clusterrolebindings"],
    verbs: ["bind"],
    inNamespace: true,
    leads: "gives itself any role",
  },
  {
    resources: ["nodes/proxy", "pods/exec"],
    verbs: ["create"],
    inNamespace: true,
    leads: "runs commands in others' containers",
  },
  {
    resources: ["services/status"],
    verbs: ["update", "patch"],
    inNamespace: true,
    leads: "draws others' traffic to an address of its choice (CVE-2020-8554)",
  },
];

function rightsPolicy(
  policy: Pick<ResourcePolicy, "id" | "description" | "remedy" | "covers" | "types">,
  wanted: readonly Right[],
): ResourcePolicy {
  return {
    ...policy,
    concern: "identity",
    severity: "high",
    *check({ type, props }) {
      yield* everyOne(listAt(props, "rules").entries(), function* ([index, rule]): Iterable<Fault> {
        if (listAt(rule, "resourceNames").length > 0) return;
        const [resources, verbs] = [listAt(rule, "resources"), listAt(rule, "verbs")];
        for (const right of wanted) {
          if (!right.inNamespace && type === role) continue;
          const found = right.resources.filter((name) => resources.includes(name) || resources.includes("*"));
          const verb = right.verbs.find((name) => verbs.includes(name) || verbs.includes("*"));
          if (found.length > 0 && verb !== undefined)
            yield {
              path: `rules[${String(index)}]`,
              problem: `allows ${verb} on ${found.join(", ")}: who has it ${right.leads}`,
            };
        }
      });
    },
  };
}

export const identityKubernetesEscalation = rightsPolicy(
  {
    id: "identity-kubernetes-escalation",
    description: "No role leads to another's rights, traffic or certificates.",
    remedy:
      "Remove the rule, or name the objects by resourceNames; an operator that needs it is excluded with its reason",
    covers: ["CKV_K8S_155", "CKV_K8S_156", "CKV2_K8S_1", "CKV2_K8S_2", "CKV2_K8S_4", "AVD-KSV-0114"],
    types: [clusterRole, role],
  },
  rights,
);

export const identityKubernetesReading = rightsPolicy(
  {
    id: "identity-kubernetes-reading",
    description: "Nobody reads every Secret of a namespace.",
    remedy: "Name the Secrets by resourceNames; an operator that needs them all is excluded with its reason",
    covers: ["CKV2_K8S_5", "CIS Kubernetes 5.1.2", "AVD-KSV-0041"],
    types: [role],
  },
  [
    {
      resources: ["secrets"],
      verbs: ["get", "list", "watch"],
      inNamespace: true,
      leads: "knows every password there",
    },
  ],
);
