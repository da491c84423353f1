/**
 * Alertmanager's configuration file and arguments.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/
 */
import { alertResendDelay } from "./alertDelivery.ts";
import type { Layout } from "./hosts.ts";
import type { Inhibition, Receiver, Route, System } from "./model.ts";
import { addressOf, instancesOf } from "./targets.ts";
import { toYaml } from "./yaml.ts";

/** Where secrets and templates are. */
export interface AlertmanagerConfigOptions {
  /** Absolute path of the file that holds a named secret of the system. */
  readonly secretFile: (name: string) => string;
  /** Glob of the template files, absolute or beside the configuration, see `alertmanagerTemplates.ts`. */
  readonly templatesGlob: string;
}

/** Text of `alertmanager.yml`. URLs, keys and passwords are read from files, so that the text holds no secret. */
export function renderAlertmanagerConfig(system: System, options: AlertmanagerConfigOptions): string {
  const { root, receivers, inhibitions } = system.notifications;
  return toYaml({
    templates: [options.templatesGlob],
    route: routeConfig(root),
    receivers: receivers.map((receiver) => ({ name: receiver.name, ...receiverConfig(receiver, options) })),
    inhibit_rules: inhibitions.map(inhibitRule),
  });
}

function routeConfig(route: Route): Record<string, unknown> {
  return {
    receiver: route.receiver,
    matchers: route.matchers.length === 0 ? undefined : route.matchers,
    group_by: route.groupBy,
    group_wait: route.groupWait,
    group_interval: route.groupInterval,
    repeat_interval: route.repeatInterval,
    continue: route.continue,
    routes: route.routes?.map(routeConfig),
  };
}

function inhibitRule(inhibition: Inhibition): Record<string, unknown> {
  return { source_matchers: inhibition.source, target_matchers: inhibition.target, equal: inhibition.equal };
}

function receiverConfig(
  receiver: Receiver,
  { secretFile }: AlertmanagerConfigOptions,
): Record<string, unknown> {
  switch (receiver.kind) {
    case "webhook":
      return {
        webhook_configs: [
          {
            url_file: secretFile(receiver.urlSecret),
            send_resolved: receiver.sendResolved ?? true,
            timeout: "10s",
          },
        ],
      };
    case "slack":
      return {
        slack_configs: [
          {
            api_url_file: secretFile(receiver.urlSecret),
            channel: receiver.channel,
            send_resolved: true,
            color: '{{ template "vigil.slack.color" . }}',
            title: '{{ template "vigil.title" . }}',
            title_link: '{{ template "vigil.link" . }}',
            fallback: '{{ template "vigil.title" . }}',
            text: '{{ template "vigil.slack.text" . }}',
          },
        ],
      };
    case "pagerduty":
      return {
        pagerduty_configs: [
          {
            routing_key_file: secretFile(receiver.keySecret),
            send_resolved: true,
            severity: '{{ template "vigil.pagerduty.severity" . }}',
            description: '{{ template "vigil.title" . }}',
            client: "Vigil",
            client_url: '{{ template "vigil.link" . }}',
            details: { alerts: '{{ template "vigil.text" . }}', runbook: '{{ template "vigil.runbook" . }}' },
          },
        ],
      };
    case "email":
      return {
        email_configs: [
          {
            to: receiver.to.join(", "),
            from: receiver.from,
            smarthost: receiver.smarthost,
            auth_username: receiver.username,
            auth_password_file: secretFile(receiver.passwordSecret),
            require_tls: true,
            send_resolved: true,
            headers: { Subject: '{{ template "vigil.title" . }}' },
            html: '{{ template "vigil.email.html" . }}',
            text: '{{ template "vigil.text" . }}',
          },
        ],
      };
    case "none":
      return {};
  }
}

/** Settings of one process. Paths are absolute. */
export interface AlertmanagerArgumentOptions {
  /** 1, 2, … */
  readonly member: number;
  readonly configFile: string;
  readonly webConfigFile: string;
  readonly dataDirectory: string;
  /** `address:port` of the API. */
  readonly listen: string;
  /** `address:port` of the gossip, over TCP and UDP. */
  readonly clusterListen: string;
  /** `address:port` that the others reach. @default the same as `clusterListen` */
  readonly clusterAdvertise?: string;
  /** Gossip addresses of the others. @default those of the layout's other members */
  readonly peers?: readonly string[];
  readonly externalUrl: string;
  /** File of {@link renderClusterTls}. Absent: gossip in the clear. */
  readonly clusterTlsFile?: string;
}

/** The complete arguments. One Alertmanager alone does not gossip. */
export function alertmanagerArguments(
  system: System,
  layout: Layout,
  options: AlertmanagerArgumentOptions,
): string[] {
  const peers = options.peers ?? peersOf(layout, options.member);
  return [
    `--config.file=${options.configFile}`,
    `--web.config.file=${options.webConfigFile}`,
    `--web.listen-address=${options.listen}`,
    `--web.external-url=${options.externalUrl}`,
    "--web.route-prefix=/",
    `--storage.path=${options.dataDirectory}`,
    `--data.retention=${system.notifications.dataRetention}`,
    // A group whose last alert is over stays open until then, and what joins it waits for the group's interval, not for
    // its first wait (dispatch/dispatch.go): with the default of 30 s a second outage soon after the first pages late.
    "--dispatch.maintenance-interval=1s",
    ...(peers.length === 0 ? ["--cluster.listen-address="] : clusterArguments(system, options, peers)),
    "--log.format=json",
  ];
}

function clusterArguments(
  system: System,
  options: AlertmanagerArgumentOptions,
  peers: readonly string[],
): string[] {
  return [
    `--cluster.listen-address=${options.clusterListen}`,
    `--cluster.advertise-address=${options.clusterAdvertise ?? options.clusterListen}`,
    ...peers.map((peer) => `--cluster.peer=${peer}`),
    `--cluster.peer-timeout=${system.notifications.peerTimeout}`,
    // Members of another stack that reach this port by mistake are not taken in.
    `--cluster.label=${system.name}`,
    // The turn to notify goes by name, and a generated one is of the moment: who has just been restarted would come last and
    // wait for its turn with a view of the alerts from before it waited, so that it tells again what another has just told
    // to be over. With names of their own the first is the first again after its restart, and it never waits.
    `--cluster.peer-name=${peerName(options.member)}`,
    // What is firing is sent again within the resend delay; who dispatches earlier would do so at the very moment of each
    // sending, just ahead of the other.
    `--dispatch.start-delay=${alertResendDelay}`,
    ...(options.clusterTlsFile === undefined ? [] : [`--cluster.tls-config=${options.clusterTlsFile}`]),
  ];
}

/** Name of a member in the cluster, by which the members take their turns. */
function peerName(member: number): string {
  return `alertmanager-${String(member)}`;
}

function peersOf(layout: Layout, member: number): string[] {
  return instancesOf(layout, ["alertmanager"])
    .filter((instance) => instance.member !== member)
    .map((instance) => addressOf(instance, "cluster"));
}

/** Mutual TLS of the gossip: only who has a certificate of the stack's authority is a member. Paths are absolute. */
export function renderClusterTls(options: {
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly certificateAuthorityFile: string;
}): string {
  return toYaml({
    tls_server_config: {
      cert_file: options.certificateFile,
      key_file: options.keyFile,
      client_auth_type: "RequireAndVerifyClientCert",
      client_ca_file: options.certificateAuthorityFile,
      min_version: "TLS12",
    },
    tls_client_config: {
      cert_file: options.certificateFile,
      key_file: options.keyFile,
      ca_file: options.certificateAuthorityFile,
    },
  });
}
