import { queryDatasource } from "./datasource.ts";
import type { Annotation } from "./grafana.ts";

/** Moments that explain a change of the lines: series whose value is the time of what they tell of, in seconds. */
export const annotations = [
  {
    name: "Configuration",
    expression: 'prometheus_config_last_reload_success_timestamp_seconds{job="prometheus"}',
    title: "{{instance}} took a new configuration",
    colour: "blue",
  },
  {
    name: "Starts",
    expression: 'process_start_time_seconds{job=~"prometheus|alertmanager|thanos-.*"}',
    title: "{{instance}} started",
    colour: "purple",
  },
] as const;

/** Grafana takes the value, in milliseconds, for the time of the mark. */
export function grafanaAnnotations(): Annotation[] {
  return annotations.map(({ name, expression, title, colour }) => ({
    name,
    datasource: queryDatasource,
    enable: true,
    hide: false,
    builtIn: 0,
    placement: "inControlsMenu",
    iconColor: colour,
    target: {
      refId: "Anno",
      datasource: queryDatasource,
      expr: `${expression} * 1000`,
      instant: false,
      range: true,
    },
    titleFormat: title,
    useValueForTime: true,
  }));
}
