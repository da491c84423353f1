/** Uids of the dashboards about a stack itself, which every system has beside its own. */
export const stackDashboards = [
  "stack-overview",
  "prometheus",
  "thanos",
  "alertmanager",
  "edge",
  "hosts",
  "business",
  "slo",
  "capacity",
] as const;

/** Where an alert leads that a stack's configuration adds without naming a dashboard. */
export const homeDashboard = "stack-overview";
