import type { Notifications, SystemParameters } from "../../monitoring/model.ts";

/** Critical alerts wake somebody in production only; elsewhere, and for warnings, Slack is enough. */
export function greenlangNotifications({ environment }: SystemParameters): Notifications {
  const production = environment === "production";
  return {
    root: {
      receiver: "slack",
      matchers: [],
      groupBy: ["alertname", "cluster", "service"],
      groupWait: "30s",
      groupInterval: "5m",
      repeatInterval: "4h",
      routes: [
        { receiver: "nobody", matchers: ['alertname="Watchdog"'] },
        { receiver: production ? "pagerduty" : "slack", matchers: ['severity="critical"'] },
        { receiver: "slack", matchers: ['severity="warning"'] },
      ],
    },
    receivers: [
      ...(production ? [{ name: "pagerduty", kind: "pagerduty", keySecret: "pagerduty-key" } as const] : []),
      { name: "slack", kind: "slack", urlSecret: "slack-url", channel: `#greenlang-alerts-${environment}` },
      { name: "nobody", kind: "none" },
    ],
    inhibitions: [],
    peerTimeout: "15s",
    dataRetention: "120h",
    weeklySummary: {
      to: ["platform@greenlang.io"],
      from: "monitoring@greenlang.io",
      schedule: "0 8 * * 1",
      // The system names no mail server: these two are our choice, to be changed here.
      smarthost: "smtp.greenlang.io:587",
      username: "monitoring@greenlang.io",
      passwordSecret: "smtp-password",
      figures: [
        {
          title: "Requests to the API that succeeded (objective: 99.9 %)",
          expression:
            '100 * (1 - (sum(increase(kong_http_requests_total{code=~"5.."}[7d])) or vector(0)) / sum(increase(kong_http_requests_total[7d])))',
          unit: "percent",
        },
        {
          title: "Requests to the API",
          expression: "sum(increase(kong_http_requests_total[7d]))",
          unit: "short",
        },
      ],
    },
  };
}
