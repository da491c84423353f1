/**
 * Thanos Ruler: alerts over long-term data. Two rulers evaluate everything both; their alerts are one because the replica
 * label is dropped before they leave.
 *
 * @see https://thanos.io/tip/components/rule.md/
 */
import type { Layout } from "../hosts.ts";
import type { Duration, System } from "../model.ts";
import { addressOf, instancesOf } from "../targets.ts";
import { toYaml } from "../yaml.ts";
import {
  grpcArguments,
  httpArguments,
  httpClient,
  labelArguments,
  objectStoreArgument,
  storeLimits,
  type GrpcListener,
  type HttpClientOptions,
  type HttpListener,
} from "./common.ts";

/** Settings of one ruler. Paths are absolute. */
export interface RulerOptions {
  readonly http: HttpListener;
  readonly grpc: GrpcListener;
  /** 1, 2, … */
  readonly member: number;
  readonly dataDirectory: string;
  readonly rulesFile: string;
  /** File of {@link renderRulerQueries}. */
  readonly queryFile: string;
  /** File of {@link renderRulerAlertmanagers}. */
  readonly alertmanagersFile: string;
  readonly objectStoreFile?: string;
  /** Where people reach the query page, for links in alerts. */
  readonly externalUrl: string;
  /** @default "2h" */
  readonly blockDuration?: Duration;
  /** @default the Ruler's own, 1 min */
  readonly resendDelay?: Duration;
}

/** Says of a block that a ruler made it: the compactor must not merge it with Prometheus' blocks. */
const producerLabel = "producer";

/** The complete arguments. */
export function rulerArguments(system: System, options: RulerOptions): string[] {
  return [
    "rule",
    ...httpArguments(options.http),
    ...grpcArguments(options.grpc),
    `--data-dir=${options.dataDirectory}`,
    `--rule-file=${options.rulesFile}`,
    `--query.config-file=${options.queryFile}`,
    `--alertmanagers.config-file=${options.alertmanagersFile}`,
    "--alertmanagers.sd-dns-interval=10s",
    `--alert.query-url=${options.externalUrl}`,
    `--alert.label-drop=${system.replicaLabel}`,
    `--alert.label-drop=${producerLabel}`,
    ...labelArguments({
      ...system.externalLabels,
      [system.replicaLabel]: `thanos-ruler-${options.member.toString()}`,
      [producerLabel]: "thanos-ruler",
    }),
    `--eval-interval=${system.scrape.evaluation}`,
    ...(options.resendDelay === undefined ? [] : [`--resend-delay=${options.resendDelay}`]),
    `--tsdb.block-duration=${options.blockDuration ?? "2h"}`,
    "--tsdb.retention=48h",
    ...storeLimits,
    ...objectStoreArgument(options.objectStoreFile),
    "--web.disable-cors",
  ];
}

/** Text of the query file. `addresses` are `host:port`, the listener before the queries or each of them. */
export function renderRulerQueries(addresses: readonly string[], client: HttpClientOptions): string {
  return toYaml([{ http_config: httpClient(client), scheme: "https", static_configs: addresses }]);
}

/** Text of the Alertmanagers file: every one of the layout, never a load balancer. */
export function renderRulerAlertmanagers(layout: Layout, client: HttpClientOptions): string {
  return toYaml({
    alertmanagers: [
      {
        api_version: "v2",
        http_config: httpClient(client),
        scheme: "https",
        static_configs: instancesOf(layout, ["alertmanager"]).map((instance) => addressOf(instance, "http")),
        timeout: "5s",
      },
    ],
  });
}
