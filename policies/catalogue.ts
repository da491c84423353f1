/** Every policy of the pack, in the order in which the documentation shows them. */
import type { Policy } from "./policy.ts";
import {
  retentionCompactorDownsampling,
  retentionCompactorMinimum,
  retentionCompactorOnce,
} from "./retention/compactor.ts";
import {
  retentionExpiryAfterCompactor,
  retentionLifecyclePresent,
  retentionOldVersions,
  retentionTierBilling,
  retentionTierReadable,
  retentionTierSteps,
} from "./retention/lifecycle.ts";
import {
  retentionPrometheusAdminApi,
  retentionPrometheusDisk,
  retentionPrometheusSize,
  retentionPrometheusTime,
  retentionPrometheusVolumeKept,
} from "./retention/prometheus.ts";

export const policies: readonly Policy[] = [
  retentionPrometheusTime,
  retentionPrometheusSize,
  retentionPrometheusDisk,
  retentionPrometheusVolumeKept,
  retentionPrometheusAdminApi,
  retentionCompactorOnce,
  retentionCompactorMinimum,
  retentionCompactorDownsampling,
  retentionLifecyclePresent,
  retentionTierReadable,
  retentionTierSteps,
  retentionTierBilling,
  retentionExpiryAfterCompactor,
  retentionOldVersions,
];
