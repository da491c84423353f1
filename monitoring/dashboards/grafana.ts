/**
 * Grafana's types, from its SDK. Only the types: its builders are 100 modules, a twentieth of a preview, and write fields of
 * newer and older Grafanas besides those they are told.
 */
import type * as common from "@grafana/grafana-foundation-sdk/common";
import type * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Options as StatOptions } from "@grafana/grafana-foundation-sdk/stat";
import type { Options as GaugeOptions } from "@grafana/grafana-foundation-sdk/gauge";
import type { Options as TableOptions } from "@grafana/grafana-foundation-sdk/table";
import type { Options as TimeSeriesOptions } from "@grafana/grafana-foundation-sdk/timeseries";

/** As it stands in a file: a member of an enumeration is its value, and nothing has methods. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends number
    ? `${T}` extends `${infer Value extends number}`
      ? Value
      : never
    : T extends (...values: never[]) => unknown
      ? never
      : T extends object
        ? { [Key in keyof T as T[Key] extends (...values: never[]) => unknown ? never : Key]: Plain<T[Key]> }
        : T;

// eslint-disable-next-line @typescript-eslint/no-deprecated -- the SDK prefers a schema that files of Grafana do not have yet
export type Dashboard = Plain<Omit<dashboard.Dashboard, "panels">> & {
  panels: (Panel | Plain<dashboard.RowPanel>)[];
};
export type Annotation = Plain<Omit<dashboard.AnnotationQuery, "target">> & { target: Query };
export type DashboardLink = Plain<dashboard.DashboardLink>;
export type Override = FieldConfigSource["overrides"][number];
export type Query = Plain<Dataquery>;
export type Threshold = Plain<dashboard.Threshold>;
export type Transformation = Plain<dashboard.DataTransformerConfig>;
export type ValueMap = Plain<dashboard.ValueMap>;
export type Variable = Plain<dashboard.VariableModel>;

type FieldConfigSource = Plain<dashboard.FieldConfigSource>;

/** What is drawn, by the kind of the panel. */
export type Drawing =
  | {
      type: "timeseries";
      options: Plain<TimeSeriesOptions>;
      fieldConfig: FieldConfig<Plain<common.GraphFieldConfig>>;
    }
  | { type: "stat"; options: Plain<StatOptions>; fieldConfig: FieldConfig }
  | { type: "gauge"; options: Plain<GaugeOptions>; fieldConfig: FieldConfig }
  | {
      type: "table";
      options: Plain<TableOptions>;
      fieldConfig: FieldConfig<Partial<Plain<common.TableFieldOptions>>>;
      transformations: Transformation[];
    };

interface FieldConfig<Custom = undefined> {
  defaults: Omit<FieldConfigSource["defaults"], "custom"> & { custom?: Custom };
  overrides: Override[];
}

export type Panel = Plain<Omit<dashboard.Panel, "targets">> & { targets: Query[] } & Drawing;
