/** Thanos, component by component. */
import type { Alert } from "../model.ts";
import type { Deployed } from "./deployed.ts";
import { bucketAlerts } from "./thanos/bucket.ts";
import { compactorAlerts } from "./thanos/compactor.ts";
import { frontendAlerts } from "./thanos/frontend.ts";
import { queryAlerts } from "./thanos/query.ts";
import { receiveAlerts } from "./thanos/receive.ts";
import { rulerAlerts } from "./thanos/ruler.ts";
import { sidecarAlerts } from "./thanos/sidecar.ts";
import { storeAlerts } from "./thanos/store.ts";

export function thanosAlerts(deployed: Deployed): Alert[] {
  return [
    ...sidecarAlerts(deployed),
    ...queryAlerts(deployed),
    ...frontendAlerts(deployed),
    ...storeAlerts(deployed),
    ...compactorAlerts(deployed),
    ...rulerAlerts(deployed),
    ...receiveAlerts(deployed),
    ...bucketAlerts(deployed),
  ];
}
