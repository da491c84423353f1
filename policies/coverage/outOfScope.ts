/** Why no policy has to cover a check of Checkov. */

export interface Excuse {
  /** One sentence. */
  readonly reason: string;
  readonly checks: readonly string[];
}

export const outOfScope: readonly Excuse[] = [
  {
    reason:
      "Operators and pipelines may come from named networks, which exposure-eks-endpoint and exposure-aks-api ask for.",
    checks: ["CKV_AWS_39", "CKV_AZURE_115"],
  },
  {
    reason:
      "CloudWatch keeps for ever where nothing is said, which is longer than any number that could be asked for.",
    checks: ["CKV_AWS_66"],
  },
  {
    reason:
      "retention-aws-balancer-log asks it of those for HTTP; one for TCP writes logs of its own TLS only, and the edge behind it writes down each request.",
    checks: ["CKV_AWS_91"],
  },
  {
    reason:
      "identity-aws-least-privilege asks for it but for ecr:GetAuthorizationToken, which every node needs and AWS takes for `*` only.",
    checks: ["CKV_AWS_107", "CKV_AWS_287"],
  },
  {
    reason:
      "Which of AWS' thousands of actions know a resource changes weekly; identity-aws-least-privilege lets only those that describe have `*`.",
    checks: ["CKV_AWS_355", "CKV_AWS_356"],
  },
  {
    reason:
      "Prometheus measures the machine every 15 seconds; CloudWatch's detailed metrics, a minute apart, would be paid for in addition.",
    checks: ["CKV_AWS_126"],
  },
  {
    reason: "Every current type of instance is EBS-optimised, whatever is said.",
    checks: ["CKV_AWS_135"],
  },
  {
    reason:
      "The compactor deletes blocks that it has merged, and a lock would keep each of them; retention-s3-versions keeps what was deleted.",
    checks: ["CKV_AWS_143"],
  },
  {
    reason:
      "A second copy doubles the price of history: retention-copy asks for it where a stack says that it must have one.",
    checks: ["CKV_AWS_144"],
  },
  {
    reason:
      "Three zones of a region are enough for one copy (retention-azure-redundancy), and retention-copy asks for a second region where a stack must have it.",
    checks: ["CKV_AZURE_206"],
  },
  {
    reason:
      "A load balancer holds no state, and a fixed private address in the stack brings it back as it was.",
    checks: ["CKV_AWS_150"],
  },
  {
    reason:
      "Secrets are made by the stack and renewed by an update, and a rotation beside it would change them behind its back.",
    checks: ["CKV_AWS_304", "CKV2_AWS_57", "CKV_AZURE_41"],
  },
  {
    reason:
      "Receivers of alerts, probed addresses and mirrors of packages are anywhere; pods go nowhere unasked, by exposure-default-deny.",
    checks: ["CKV_AWS_382"],
  },
  {
    reason: "It looks at how a program searches for an image, which no resource shows any more.",
    checks: ["CKV_AWS_386"],
  },
  {
    reason:
      "Security groups, which exposure-aws-inbound looks at, say who comes in; access lists are looked at where there are some.",
    checks: ["CKV2_AWS_1"],
  },
  {
    reason: "What nobody uses is a matter of tidiness, and says nothing about who can come in.",
    checks: ["CKV2_AWS_5", "CKV2_AWS_14"],
  },
  {
    reason:
      "It is about EMR, auto scaling groups, SageMaker or Machine Learning, of which monitoring has none.",
    checks: ["CKV2_AWS_7", "CKV2_AWS_15", "CKV2_AWS_68", "CKV2_AZURE_50"],
  },
  {
    reason: "Elastic addresses belong to NAT gateways here, and exposure-aws-address gives machines none.",
    checks: ["CKV2_AWS_19"],
  },
  {
    reason:
      "A public subnet goes out by its internet gateway, and exposure-aws-address keeps machines without public addresses behind NAT.",
    checks: ["CKV2_AWS_35"],
  },
  {
    reason: "Nobody waits for events of a bucket of blocks: Thanos looks for new ones by itself.",
    checks: ["CKV2_AWS_62"],
  },
  {
    reason:
      "KMS' own policy leaves a key to the account's policies, which is what a written one begins with too; identity-kms-key reads those that are written.",
    checks: ["CKV2_AWS_64"],
  },
  {
    reason:
      "Prometheus collects what Container Insights would; what is done to the cluster is logged by retention-azure-access-log.",
    checks: ["CKV_AZURE_4"],
  },
  {
    reason: "Azure makes no new flow logs of security groups since July 2025.",
    checks: ["CKV_AZURE_12"],
  },
  {
    reason:
      "Accounts of monitoring hold blobs only, with neither queues nor tables; retention-azure-access-log asks for the blobs' log.",
    checks: ["CKV_AZURE_33", "CKV2_AZURE_20"],
  },
  {
    reason: "Without a way in for Azure's own services an account is closer shut: the check asks for less.",
    checks: ["CKV_AZURE_36"],
  },
  {
    reason: "The log of a subscription's activities is set once for the subscription, and not by a stack.",
    checks: ["CKV_AZURE_37", "CKV_AZURE_38", "CKV2_AZURE_8"],
  },
  {
    reason: "Azure itself refuses any other name.",
    checks: ["CKV_AZURE_43"],
  },
  {
    reason:
      "Run Command, which needs no open port, is an extension: without any a machine could only be reached by one.",
    checks: ["CKV_AZURE_50"],
  },
  {
    reason:
      "Named networks are the other way in, and need the public endpoint or no private one; exposure-azure-storage and exposure-azure-vault close it to all others.",
    checks: ["CKV_AZURE_59", "CKV2_AZURE_32", "CKV2_AZURE_33"],
  },
  {
    reason: "Azure File Sync is no part of monitoring.",
    checks: ["CKV_AZURE_64", "CKV_AZURE_250"],
  },
  {
    reason:
      "Azure encrypts with its own key, on the host and below the service too, and an own key that is lost takes all history with it.",
    checks: ["CKV_AZURE_93", "CKV_AZURE_112", "CKV_AZURE_117", "CKV2_AZURE_1", "CKV2_AZURE_14"],
  },
  {
    reason:
      "A small cluster has one pool, which then has to run everything; pod-resources keeps its pods from taking the system's share.",
    checks: ["CKV_AZURE_232"],
  },
  {
    reason: "How many pods a node takes is a matter of its size.",
    checks: ["CKV_AZURE_168"],
  },
  {
    reason: "Names are often answered by a hub beside the network, whose addresses are not its own.",
    checks: ["CKV_AZURE_183"],
  },
  {
    reason:
      "A node's system disk is encrypted either way (exposure-aks-nodes); that small machines have no room for an ephemeral one is a matter of price.",
    checks: ["CKV_AZURE_226"],
  },
  {
    reason: "Defender is chosen for a subscription, and not by a stack.",
    checks: ["CKV2_AZURE_10"],
  },
  {
    reason:
      "What a machine must not lose is in the bucket and on disks that stay (retention-protected); the rest is made again by an update.",
    checks: ["CKV2_AZURE_12"],
  },
  {
    reason:
      "Kubernetes has no PodSecurityPolicy since 1.25; exposure-namespace-security asks for Pod Security instead.",
    checks: [...numbered("CKV_K8S_", 1, 7), "CKV_K8S_24", "CKV_K8S_32", "CKV_K8S_36"],
  },
  {
    reason:
      "A limit on CPU slows a scrape down while the node is idle; requests share it out, and pod-resources limits memory.",
    checks: ["CKV_K8S_11"],
  },
  {
    reason:
      "pod-image asks for a version or digest, which does not change, and to ask at each start makes the registry a part of it.",
    checks: ["CKV_K8S_15"],
  },
  {
    reason:
      "pod-privileges lets NET_BIND_SERVICE be added, as Pod Security's `restricted` does, and nothing else.",
    checks: ["CKV_K8S_25"],
  },
  {
    reason:
      "pod-non-root asks for any user but root: which number a node's own users have differs, and so do images.",
    checks: ["CKV_K8S_40"],
  },
  {
    reason: "Digests come by configuration (`imageDigests`), from a registry that a preview does not ask.",
    checks: ["CKV_K8S_43"],
  },
  {
    reason: "AKS and EKS run the control plane and the kubelets, whose flags no object of a cluster can set.",
    checks: [
      ...numbered("CKV_K8S_", 68, 75),
      ...numbered("CKV_K8S_", 77, 86),
      ...numbered("CKV_K8S_", 88, 97),
      ...["CKV_K8S_99", "CKV_K8S_100", "CKV_K8S_102"],
      ...numbered("CKV_K8S_", 104, 108),
      ...numbered("CKV_K8S_", 110, 119),
      "CKV_K8S_121",
      ...numbered("CKV_K8S_", 138, 141),
      ...numbered("CKV_K8S_", 143, 149),
      "CKV_K8S_151",
    ],
  },
  {
    reason:
      "auth-static-keys looks for keys of the clouds: the stacks talk to no such service, and what they send alerts to lies in a secret store.",
    checks: [
      ...["CKV_SECRET_1", "CKV_SECRET_5", "CKV_SECRET_7", "CKV_SECRET_8", "CKV_SECRET_9"],
      ...["CKV_SECRET_11", "CKV_SECRET_12", ...numbered("CKV_SECRET_", 14, 18)],
    ],
  },
  {
    reason: "To guess by the look of a text finds digests, certificates and addresses rather than passwords.",
    checks: ["CKV_SECRET_4", "CKV_SECRET_6", "CKV_SECRET_19"],
  },
];

function numbered(prefix: string, from: number, to: number): readonly string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${String(from + index)}`);
}
