/** oauth2-proxy: the log-in of people. */
import type { Alert } from "../model.ts";
import { of, unavailable, type Deployed } from "./deployed.ts";

export function oauth2ProxyAlerts(deployed: Deployed): Alert[] {
  return of(deployed, "oauth2-proxy", () => [
    unavailable(deployed, {
      name: "Oauth2ProxyUnavailable",
      component: "oauth2-proxy",
      title: "oauth2-proxy",
      severity: "critical",
      dashboard: "edge",
      impact:
        "Nobody can log in. Who comes with a token of the API gateway, and the stack itself, is not touched.",
      mend: [
        "Read its log: it ends when the provider's discovery document cannot be read.",
        "A wrong cookie secret: it must have 16, 24 or 32 bytes.",
      ],
    }),
    {
      name: "Oauth2ProxyErrors",
      expression: `sum by (job) (rate(oauth2_proxy_requests_total{job="oauth2-proxy", code=~"5.."}[5m]))
  / sum by (job) (rate(oauth2_proxy_requests_total{job="oauth2-proxy"}[5m])) > 0.05`,
      for: "5m",
      keepFiringFor: deployed.patience,
      severity: "warning",
      summary: "Logging in fails",
      description: "{{ $value | humanizePercentage }} of oauth2-proxy's answers in 5 minutes were 5xx.",
      dashboard: "edge",
      runbook: {
        meaning:
          "The identity provider refuses our client, or does not answer, or what is behind the proxy fails.",
        impact: "People who are not logged in stay outside; sessions end when they are renewed.",
        firstLook: [
          {
            promql: 'sum by (code) (rate(oauth2_proxy_requests_total{job="oauth2-proxy"}[5m]))',
            shows: "500: the provider; 502: what is behind",
          },
          "Its log: `error redeeming code` with the provider's words",
        ],
        mend: [
          "An ended client secret: make a new one at the provider, give it as oauth2-client-secret, `pulumi up`.",
          "502: see EdgeErrors.",
        ],
      },
    },
  ]);
}
