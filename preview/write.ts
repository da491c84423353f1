/** All pages of a stack, from live data. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dashboardsOf } from "../monitoring/dashboards/catalogue.ts";
import type { Duration, System } from "../monitoring/model.ts";
import { intervalsOf } from "../monitoring/seriesIntervals.ts";
import { seconds } from "../monitoring/units.ts";
import { renderIndex, renderPage } from "./page.ts";
import { askDashboard, type Answers, type DashboardData } from "./panelData.ts";

export interface WriteOptions {
  readonly directory: string;
  /** Up to when, in seconds since 1970. */
  readonly now: number;
  /** How far back. @default what each dashboard opens with */
  readonly range?: Duration;
  /** Uids. @default all */
  readonly only?: readonly string[];
  readonly progress?: (title: string) => void;
}

export interface WrittenPage {
  readonly file: string;
  readonly data: DashboardData;
}

/** Writes one file for each dashboard and an index. */
export async function writePages(
  system: System,
  answers: Answers,
  { directory, now, range, only, progress }: WriteOptions,
): Promise<WrittenPage[]> {
  const dashboards = dashboardsOf(system);
  const set = { title: system.title, dashboards };
  const intervals = intervalsOf(system);
  const written: WrittenPage[] = [];
  mkdirSync(directory, { recursive: true });
  for (const dashboard of dashboards.filter(({ uid }) => only?.includes(uid) ?? true)) {
    progress?.(dashboard.title);
    const from = now - seconds(range ?? dashboard.from ?? "15m");
    const data = await askDashboard(dashboard, intervals, answers, { from, to: now });
    const file = join(directory, `${dashboard.uid}.html`);
    writeFileSync(file, renderPage(data, set));
    written.push({ file, data });
  }
  writeFileSync(join(directory, "index.html"), renderIndex(set));
  return written;
}
