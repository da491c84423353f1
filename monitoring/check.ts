/**
 * Everything that can be known to be wrong with a system before anything is made of it. Pure: the same system gives
 * the same findings.
 */
import { withoutCatalogue } from "./alerts/selfMonitoring.ts";
import { planCapacity } from "./capacity.ts";
import { checkAlerts } from "./checks/alerts.ts";
import { checkDashboards } from "./checks/dashboards.ts";
import { checkExpressions } from "./checks/expressions.ts";
import { sortFindings, type Finding } from "./checks/finding.ts";
import { checkLabels } from "./checks/labels.ts";
import { checkLayout } from "./checks/layout.ts";
import { checkNames } from "./checks/names.ts";
import { checkNotifications } from "./checks/notifications.ts";
import { checkObjectives } from "./checks/objectives.ts";
import { checkRetention } from "./checks/retention.ts";
import { checkSizing } from "./checks/sizing.ts";
import { checkTiming } from "./checks/timing.ts";
import type { Layout } from "./hosts.ts";
import type { System } from "./model.ts";

export { assertDeployable, FindingsError, formatFinding, type Finding } from "./checks/finding.ts";
export { checkChanges } from "./checks/changes.ts";

/** All findings, sorted by key; none of a system that can be deployed. The layout's ports are checked where one is given. */
export function checkSystem(system: System, layout?: Layout): Finding[] {
  // The catalogue's expressions and runbooks are tried by tests for every system: to read them again would be most of a preview.
  const given = withoutCatalogue(system);
  return sortFindings([
    ...checkNames(system),
    ...checkLabels(system),
    ...checkExpressions(given),
    ...checkDashboards(system),
    ...checkAlerts(given),
    ...checkNotifications(system),
    ...checkTiming(system),
    ...checkObjectives(system),
    ...checkRetention(system),
    ...checkSizing(system),
    ...planCapacity(system).findings,
    ...(layout ? checkLayout(system, layout) : []),
  ]);
}
