import type { Dashboard, Objective, Panel, System } from "../../model.ts";
import { budgetRemaining, errorBudget } from "../../slo.ts";
import { graph, list, row, tile } from "../panels.ts";

/** Error budgets: what is left, and how quickly it goes. */
export function sloDashboard(system: System): Dashboard {
  const { objectives = [] } = system;
  return {
    uid: "slo",
    title: "SLO",
    about:
      "Of each objective: what is left of its error budget, how quickly it burns, and how many events it counts.",
    from: "6h",
    refresh: "30s",
    panels: [
      list("Objectives", "100 * max by (slo) (slo:objective:ratio)", "percent", "What is promised.", {
        columns: { labels: { slo: "Objective" }, value: "Good events, at least" },
        height: 3 + objectives.length,
        row: "Promises",
      }),
      ...objectives.flatMap((objective) => row(objective.name, ofObjective(system, objective))),
    ],
  };
}

function ofObjective(system: System, objective: Objective): Panel[] {
  const { name, about, window = "30d" } = objective;
  const budget = String(errorBudget(objective));
  const burn = (over: string): string => `max(slo:sli_error:ratio_rate${over}{slo="${name}"}) / ${budget}`;
  return [
    tile(
      "Budget left",
      budgetRemaining(system, objective),
      "percentunit",
      `${about} Share of the errors of ${window} that may still come.`,
      {
        instant: true,
        thresholds: [0.25, 0],
        height: 8,
      },
    ),
    tile(
      "Burns at",
      burn("1h"),
      "short",
      "Times the rate at which the budget lasts, over the last hour. Up to 1 is well.",
      {
        thresholds: [1, 6],
        height: 8,
      },
    ),
    graph(
      "Burn rate",
      burn("5m"),
      "short",
      `Over four windows. Somebody is woken at 14.4 (5m and 1h) or 6 (30m and 6h), and told in the morning at 3 or 1 over days.`,
      {
        legend: "5m",
        more: [
          { expression: burn("1h"), legend: "1h" },
          { expression: burn("6h"), legend: "6h" },
          { expression: burn("3d"), legend: "3d" },
        ],
        thresholds: [6, 14.4],
        width: 8,
        min: 0,
      },
    ),
    graph(
      "Events",
      `max(slo:events:rate5m{slo="${name}"})`,
      "short",
      "All events and the bad ones, per second or at a moment.",
      {
        legend: "all",
        more: [{ expression: `max(slo:errors:rate5m{slo="${name}"})`, legend: "bad" }],
        width: 8,
        min: 0,
      },
    ),
  ];
}
