/** What the steps of Windows machines are rendered from, besides the plan. */
import type { Machine, MachineFlow } from "../machines.ts";
import { chosenDownload, type Downloads, type Wrapper } from "./downloads.ts";

export interface WindowsOptions {
  /** Name of the stack: services, rules and folders are marked with it. */
  readonly stack: string;
  /** Every machine of the stack; those with system `windows` get steps. */
  readonly machines: readonly Machine[];
  /** What firewalls let in, by `machineFlows`. */
  readonly flows: readonly MachineFlow[];
  /** Networks by the sources of flows that are no machine: `people`. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
  /** What makes a service of a program that is none. @default "winsw" */
  readonly wrapper?: Wrapper;
  /** Builds instead of the pinned ones. @default none */
  readonly downloads?: Downloads;
  /** Grafana's plugins: each in a folder of its own below Grafana's data. @default none */
  readonly grafanaPlugins?: readonly { readonly id: string; readonly url: string; readonly sha256: string }[];
  /** Whether data stays when its service is removed. @default true */
  readonly keepData?: boolean;
  /** Seconds within which a changed service must be healthy; after that the previous one is put back. @default 120 */
  readonly healthySeconds?: number;
}

/** Name of a service in Windows' service manager; also of its account `NT SERVICE\NAME`. */
export function windowsService(stack: string, service: string): string {
  return `vigil-${stack}-${service}`;
}

/** Folder of the Grafana that a machine gets, for the plan. @param directory as in the layout's options */
export function windowsGrafanaHome(downloads: Downloads = {}, directory?: string): string {
  return `${directory ?? "C:\\Grafana"}\\programs\\${chosenDownload("grafana", downloads).folder}`;
}
