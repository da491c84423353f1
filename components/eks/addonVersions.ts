/**
 * Versions of EKS' add-ons, by Kubernetes' minor version: only those that EKS supports at no extra charge.
 *
 * What a region offers is listed by
 * `aws eks describe-addon-versions --kubernetes-version 1.34 --query 'addons[].[addonName,addonVersions[0].addonVersion]'`.
 * These were taken from public configurations of running clusters in autumn 2026, as no account is needed for that; AWS
 * withdraws old builds now and then, and an add-on that is refused names the ones to choose from.
 */
export type AddonName =
  "vpc-cni" | "kube-proxy" | "coredns" | "aws-ebs-csi-driver" | "eks-pod-identity-agent" | "metrics-server";

const everywhere = {
  "vpc-cni": "v1.22.4-eksbuild.3",
  "aws-ebs-csi-driver": "v1.63.1-eksbuild.1",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.3",
  "metrics-server": "v0.8.1-eksbuild.6",
} as const;

export const addonVersions: Readonly<Record<string, Readonly<Record<AddonName, string>>>> = {
  "1.34": { ...everywhere, "kube-proxy": "v1.34.6-eksbuild.17", coredns: "v1.13.2-eksbuild.11" },
  "1.35": { ...everywhere, "kube-proxy": "v1.35.3-eksbuild.2", coredns: "v1.13.2-eksbuild.4" },
  "1.36": { ...everywhere, "kube-proxy": "v1.36.0-eksbuild.21", coredns: "v1.14.3-eksbuild.16" },
};

/** @throws when there is no version of the add-on for that minor version; configuration is checked against the table before */
export function addonVersion(kubernetes: string, addon: AddonName): string {
  const version = addonVersions[kubernetes]?.[addon];
  if (version === undefined)
    throw new Error(
      `no version of add-on ${addon} for Kubernetes ${kubernetes}: add it to components/eks/addonVersions.ts`,
    );
  return version;
}
