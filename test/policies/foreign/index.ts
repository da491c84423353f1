/** States that others have built well, by what they are. */
import type { Given } from "../evaluation.ts";
import { aksWithStorage } from "./aksWithStorage.ts";
import { eksWithS3 } from "./eksWithS3.ts";
import { kubePrometheusStack } from "./kubePrometheusStack.ts";
import { prometheusManifests } from "./prometheusManifests.ts";
import { windowsMachine } from "./windowsMachine.ts";

export const foreignStates: Readonly<Record<string, readonly Given[]>> = {
  "an AKS cluster with a storage account and a vault": aksWithStorage,
  "an EKS cluster with buckets": eksWithS3,
  "a plain kube-prometheus-stack behind oauth2-proxy": kubePrometheusStack,
  "a Prometheus of plain manifests": prometheusManifests,
  "a Windows machine with Prometheus": windowsMachine,
};
