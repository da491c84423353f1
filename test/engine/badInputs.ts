/** Configurations that are each wrong in one way, with the line that must be said about them. */

export interface BadInput {
  readonly what: string;
  /** Keys without `vigil:`; what is not a text becomes JSON, as Pulumi does it. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Keys that Pulumi marks as secret. */
  readonly secret?: readonly string[];
  /** What the one line begins with. */
  readonly key: string;
  /** What it says about the fault. */
  readonly says: RegExp;
  /** What it orders after the last semicolon. */
  readonly mend: RegExp;
}

const runbook = { meaning: "m", impact: "i", firstLook: ["q"], mend: ["r"] };

function alert(changes: Record<string, unknown>): Record<string, unknown> {
  return {
    alerts: [
      {
        name: "QueueFull",
        expression: "redis_tss_pending_signals > 100",
        for: "5s",
        severity: "warning",
        summary: "s",
        description: "d",
        runbook,
        ...changes,
      },
    ],
  };
}

function job(changes: Record<string, unknown>): Record<string, unknown> {
  return { jobs: [{ name: "broker", series: 10, targets: [{ address: "broker:9100" }], ...changes }] };
}

function record(changes: Record<string, unknown>): Record<string, unknown> {
  return {
    recording: [
      { record: "stream:signals:rate1m", expression: "sum(rate(x_total[1m]))", about: "a", ...changes },
    ],
  };
}

const aks = { system: "oversight", platform: "aks", region: "eastus", environment: "production" };
const eks = { system: "greenlang", platform: "eks", region: "us-east-1", environment: "production" };

const wrongValues: BadInput[] = [
  {
    what: "an unknown key",
    config: { portbase: "21000" },
    key: "vigil:portbase",
    says: /did you mean portBase/,
    mend: /config rm/,
  },
  {
    what: "an unknown key like no other",
    config: { colour: "red" },
    key: "vigil:colour",
    says: /known: address, alerts/,
    mend: /config rm/,
  },
  {
    what: "an unknown nested key",
    config: { retention: { tme: "30d" } },
    key: "vigil:retention.tme",
    says: /did you mean time/,
    mend: /rename or remove/,
  },
  {
    what: "an unknown system",
    config: { system: "trades" },
    key: "vigil:system",
    says: /got "trades", expected one of trade, oversight, greenlang/,
    mend: /config set/,
  },
  {
    what: "an unknown platform",
    config: { platform: "gke" },
    key: "vigil:platform",
    says: /got "gke", expected one of local, windows-azure/,
    mend: /config set/,
  },
  {
    what: "a port that is a word",
    config: { portBase: "many" },
    key: "vigil:portBase",
    says: /got "many", expected an integer from 1024 to 64000/,
    mend: /config set/,
  },
  {
    what: "a privileged port",
    config: { portBase: "80" },
    key: "vigil:portBase",
    says: /got 80, expected an integer from 1024/,
    mend: /config set/,
  },
  {
    what: "a port base without room for 200 ports",
    config: { portBase: "65500" },
    key: "vigil:portBase",
    says: /got 65500/,
    mend: /config set/,
  },
  {
    what: "a truth value that is a word",
    config: { demo: "yes" },
    key: "vigil:demo",
    says: /got "yes", expected true or false/,
    mend: /config set/,
  },
  {
    what: "a local stack for the whole network",
    config: { address: "0.0.0.0" },
    key: "vigil:address",
    says: /got "0.0.0.0", expected a loopback address/,
    mend: /config set/,
  },
  {
    what: "an environment that no bucket's name can hold",
    config: { environment: "Prod 1" },
    key: "vigil:environment",
    says: /small letters/,
    mend: /config set/,
  },
  {
    what: "blocks longer than a sidecar may have",
    config: { blockDuration: "4h" },
    key: "vigil:blockDuration",
    says: /got "4h", expected a duration from 10s to 2h/,
    mend: /config set/,
  },
  {
    what: "a bucket's name with capitals",
    config: { bucket: "My_Bucket" },
    key: "vigil:bucket",
    says: /3 to 63 small letters/,
    mend: /config set/,
  },
  {
    what: "a duration without a unit",
    config: { retention: { time: "30" } },
    key: "vigil:retention.time",
    says: /got "30", expected a duration/,
    mend: /config set .*--path 'vigil:retention.time'/,
  },
  {
    what: "a size in another unit",
    config: { retention: { size: "50GB" } },
    key: "vigil:retention.size",
    says: /got "50GB", expected a size in binary units/,
    mend: /config set/,
  },
  {
    what: "JSON that is none",
    config: { sizing: "{prometheus" },
    key: "vigil:sizing",
    says: /got "\{prometheus", expected a map/,
    mend: /config set/,
  },
  {
    what: "a structure of the wrong kind",
    config: { alerts: { name: "X" } },
    key: "vigil:alerts",
    says: /expected a list/,
    mend: /config set/,
  },
  {
    what: "half a replica",
    config: { sizing: { prometheus: { replicas: 2.5 } } },
    key: "vigil:sizing.prometheus.replicas",
    says: /got 2.5, expected an integer/,
    mend: /config set/,
  },
  {
    what: "a rotation that is a text",
    config: { certificates: { rotation: "2" } },
    key: "vigil:certificates.rotation",
    says: /got "2", expected an integer/,
    mend: /config set/,
  },
  {
    what: "a person with the name of a program",
    config: { users: { human: "scrape" } },
    key: "vigil:users.human",
    says: /other than scrape and reload/,
    mend: /config set/,
  },
  {
    what: "a target without a port",
    config: { targets: { redis: [{ address: "redis-5" }] } },
    key: "vigil:targets.redis[0].address",
    says: /got "redis-5", expected host:port/,
    mend: /correct it in Pulumi\.dev\.yaml/,
  },
  {
    what: "a label that is a number",
    config: { externalLabels: { rack: 7 } },
    key: "vigil:externalLabels.rack",
    says: /got 7, expected a text in quotes/,
    mend: /config set/,
  },
  {
    what: "an unknown severity",
    config: alert({ severity: "page" }),
    key: "vigil:alerts[0].severity",
    says: /got "page", expected one of info, warning, critical/,
    mend: /correct it/,
  },
  {
    what: "an alert without a runbook",
    config: alert({ runbook: undefined }),
    key: "vigil:alerts[0].runbook",
    says: /missing, expected a map with the keys meaning/,
    mend: /correct it/,
  },
  {
    what: "a receiver of an unknown kind",
    config: { receivers: [{ name: "x", kind: "pager" }] },
    key: "vigil:receivers[0].kind",
    says: /webhook, slack, pagerduty, email, none/,
    mend: /correct it/,
  },
  {
    what: "a secret in plain text",
    config: { secrets: { "webhook-url": "http://inbox" } },
    key: "vigil:secrets.webhook-url",
    says: /plain text/,
    mend: /config set .*--secret --path 'vigil:secrets.webhook-url'/,
  },
];

const wrongTogether: BadInput[] = [
  {
    what: "a system on a platform that it does not allow",
    config: { platform: "aks", region: "eastus" },
    key: "vigil:platform",
    says: /trade runs on local, windows-azure/,
    mend: /config set .* vigil:platform local/,
  },
  {
    what: "a cloud without a region",
    config: { ...aks, region: "local" },
    key: "vigil:region",
    says: /needs a region/,
    mend: /vigil:region eastus/,
  },
  {
    what: "the desktop form of another system",
    config: { ...aks, layout: "desktop" },
    key: "vigil:layout",
    says: /cluster form only/,
    mend: /vigil:layout cluster/,
  },
  {
    what: "a secret that nothing uses",
    config: { secrets: { "webhok-url": "[hidden]" } },
    secret: ["secrets"],
    key: "vigil:secrets.webhok-url",
    says: /did you mean webhook-url/,
    mend: /config rm/,
  },
  {
    what: "a receiver whose secret is not given",
    config: {
      receivers: [{ name: "chat", kind: "webhook", urlSecret: "chat-url" }],
      routes: [{ receiver: "chat", matchers: ['severity="info"'] }],
    },
    key: "vigil:secrets.chat-url",
    says: /missing \(receiver chat\)/,
    mend: /--secret --path 'vigil:secrets.chat-url'/,
  },
  {
    what: "an external label that the system has",
    config: { externalLabels: { env: "test" } },
    key: "vigil:externalLabels.env",
    says: /trade sets this label itself/,
    mend: /another name/,
  },
  {
    what: "an external label that tells replicas apart",
    config: { externalLabels: { replica: "a" } },
    key: "externalLabels.replica",
    says: /must differ between the members/,
    mend: /remove it/,
  },
  {
    what: "a reserved label",
    config: { externalLabels: { __site: "a" } },
    key: "externalLabels.__site",
    says: /reserved/,
    mend: /letters, digits/,
  },
  {
    what: "an external label that targets have too",
    config: {
      externalLabels: { site: "a" },
      targets: { redis: [{ address: "r5:6379", labels: { site: "b" } }] },
    },
    key: "jobs[redis].targets[r5:6379].site",
    says: /clashes with an external label/,
    mend: /rename/,
  },
  {
    what: "a target label that is no label's name",
    config: job({ targets: [{ address: "broker:9100", labels: { "my-site": "b" } }] }),
    key: "jobs[broker].targets[broker:9100].my-site",
    says: /no label name/,
    mend: /letters, digits/,
  },
  {
    what: "a duplicate job",
    config: job({ name: "redis" }),
    key: "jobs[redis]",
    says: /2 times/,
    mend: /another name/,
  },
  {
    what: "targets of an unknown job",
    config: { targets: { reddis: [{ address: "r5:6379" }] } },
    key: "vigil:targets.reddis",
    says: /did you mean redis/,
    mend: /vigil:jobs/,
  },
  {
    what: "targets of a job that finds its own",
    config: { targets: { prometheus: [{ address: "p:9090" }] } },
    key: "vigil:targets.prometheus",
    says: /finds its targets itself/,
    mend: /vigil:jobs/,
  },
  {
    what: "a target that is there already",
    config: { targets: { redis: [{ address: "redis-trade-state:6379" }] } },
    key: "vigil:targets.redis[redis-trade-state:6379]",
    says: /already/,
    mend: /remove/,
  },
  {
    what: "a time-out longer than the interval",
    config: job({ interval: "2s", timeout: "5s" }),
    key: "jobs[broker].timeout",
    says: /5s is longer than the scrape interval of 2s/,
    mend: /2s or less/,
  },
  {
    what: "PromQL with an open bracket",
    config: alert({ expression: "sum(rate(x_total[5m])" }),
    key: "alerts[added].QueueFull.expression",
    says: /at character/,
    mend: /correct the expression near/,
  },
  {
    what: "PromQL of the wrong type",
    config: alert({ expression: "x_total[5m]" }),
    key: "alerts[added].QueueFull.expression",
    says: /expected an instant vector/,
    mend: /correct/,
  },
  {
    what: "a function of the wrong type",
    config: alert({ expression: "rate(x_total) > 1" }),
    key: "alerts[added].QueueFull.expression",
    says: /range vector/,
    mend: /correct/,
  },
  {
    what: "a recording rule with an unknown function",
    config: record({ expression: "summ(x)" }),
    key: "recording[added].stream:signals:rate1m.expression",
    says: /summ/,
    mend: /correct/,
  },
  {
    what: "a name that no metric can have",
    config: record({ record: "my-rate" }),
    key: "recording[added].my-rate",
    says: /no metric name/,
    mend: /letters, digits/,
  },
  {
    what: "a window of two samples",
    config: alert({ expression: 'rate(x_total{job="clickhouse"}[10s]) > 1' }),
    key: "alerts[added].QueueFull.expression",
    says: /sampled every 5s/,
    mend: /20s or more/,
  },
  {
    what: "a rule that looks back further than is kept",
    config: alert({ expression: "increase(x_total[60d]) > 1" }),
    key: "alerts[added].QueueFull.expression",
    says: /looks back 60d and retention.local.time keeps 30d/,
    mend: /raise retention.local.time/,
  },
  {
    what: "a ruler's rule that looks back further than objects are kept",
    config: alert({ expression: "increase(x_total[400d]) > 1", evaluator: "thanos-ruler", group: "yearly" }),
    key: "alerts[yearly].QueueFull.expression",
    says: /retention.objects.raw keeps 30d/,
    mend: /raise/,
  },
  {
    what: "a duplicate alert",
    config: alert({ name: "RedisDown", severity: "critical" }),
    key: "alerts[added].RedisDown",
    says: /the first is alerts\[trade-critical\]\.RedisDown/,
    mend: /another name/,
  },
  {
    what: "an alert that takes a label of the stack",
    config: alert({ labels: { severity: "info" } }),
    key: "alerts[added].QueueFull.labels.severity",
    says: /set by the stack/,
    mend: /rename or remove/,
  },
  {
    what: "a message that uses a dropped label",
    config: alert({
      expression: "sum by (stream) (redis_tss_pending_signals) > 100",
      summary: "{{ $labels.instance }}",
    }),
    key: "alerts[added].QueueFull.summary",
    says: /\$labels\.instance/,
    mend: /grouping/,
  },
  {
    what: "a page promised sooner than it can come",
    config: alert({ pageWithin: "5s" }),
    key: "alerts[added].QueueFull.pageWithin",
    says: /1s scrape \+ 1s evaluation \+ 5s for \+ 1s group_wait \+ 2s peer time-out make 10s/,
    mend: /promise 10s/,
  },
  {
    what: "an unknown receiver",
    config: { routes: [{ receiver: "webhok", matchers: ['severity="info"'] }] },
    key: "routes[0].receiver",
    says: /did you mean webhook/,
    mend: /vigil:receivers/,
  },
  {
    what: "a receiver that nobody uses",
    config: { receivers: [{ name: "void", kind: "none" }] },
    key: "receivers[void]",
    says: /no route leads to it/,
    mend: /add a route/,
  },
  {
    what: "a matcher that is none",
    config: { routes: [{ receiver: "webhook", matchers: ["severity is info"] }] },
    key: "routes[0].matchers",
    says: /expected name="value"/,
    mend: /correct/,
  },
  {
    what: "a route behind one that takes all of it",
    config: {
      routes: [
        { receiver: "webhook", matchers: ['severity=~"info|warning"'] },
        { receiver: "webhook", matchers: ['severity="info"', 'service="redis"'] },
      ],
    },
    key: "routes[1]",
    says: /unreachable, routes\[0\] comes first/,
    mend: /put it first/,
  },
  {
    what: "a route that contradicts itself",
    config: { routes: [{ receiver: "webhook", matchers: ['service="a"', 'service="b"'] }] },
    key: "routes[0].matchers",
    says: /unreachable/,
    mend: /contradicts/,
  },
  {
    what: "a route for a severity that is not there",
    config: { routes: [{ receiver: "webhook", matchers: ['severity="page"'] }] },
    key: "routes[0].matchers",
    says: /no severity satisfies/,
    mend: /match one that is there/,
  },
  {
    what: "a repetition that Alertmanager has forgotten by then",
    config: { routes: [{ receiver: "webhook", matchers: ['severity="info"'], repeatInterval: "7d" }] },
    key: "routes[0].repeatInterval",
    says: /7d is not below the 120h/,
    mend: /repeat sooner/,
  },
  {
    what: "an inhibition by a label that is nowhere",
    config: {
      inhibitions: [
        { source: ['alertname="RedisDown"'], target: ['severity="warning"'], equal: ["redis_instnce"] },
      ],
    },
    key: "inhibitions[0].equal",
    says: /did you mean redis_instance/,
    mend: /both alerts carry/,
  },
  {
    what: "a disk too small for its data",
    config: { retention: { volume: "50GiB" } },
    key: "retention.local.size",
    says: /80 %/,
    mend: /./,
  },
  {
    what: "less time than promised fits the size",
    config: { retention: { size: "5GiB" } },
    key: "retention.local.time",
    says: /5GiB/,
    mend: /./,
  },
  {
    what: "coarse data kept shorter than fine",
    config: { retention: { objects: { fiveMinutes: "25d" } } },
    key: "retention.objects.fiveMinutes",
    says: /25d is shorter than retention.objects.raw \(30d\)/,
    mend: /30d or more/,
  },
  {
    what: "one Prometheus alone",
    config: { sizing: { prometheus: { replicas: 1 } } },
    key: "components.prometheus.replicas",
    says: /at least 2/,
    mend: /vigil:sizing.prometheus.replicas to 2/,
  },
  {
    what: "two compactors",
    config: { sizing: { "thanos-compactor": { replicas: 2 } } },
    key: "components.thanos-compactor.replicas",
    says: /at most 1/,
    mend: /to 1/,
  },
  {
    what: "a component that the system lacks",
    config: { sizing: { prometeus: { replicas: 2 } } },
    key: "vigil:sizing.prometeus",
    says: /did you mean prometheus/,
    mend: /name one/,
  },
  {
    what: "a limit below its request",
    config: {
      sizing: { grafana: { requests: { cpu: 1, memory: "2GiB" }, limits: { cpu: 1, memory: "1GiB" } } },
    },
    key: "components.grafana.limits.memory",
    says: /less than the 2GiB requested/,
    mend: /raise the limit/,
  },
  {
    what: "a stack's ports in the place of a watched process",
    config: { layout: "desktop", demo: "false", portBase: "8993" },
    key: "layout.",
    says: /belongs to localhost:900\d/,
    mend: /vigil:portBase/,
  },
  {
    what: "more members than one machine has ports for",
    config: { sizing: { haproxy: { replicas: 2 } } },
    key: "layout.haproxy-2",
    says: /is taken by haproxy-1/,
    mend: /fewer replicas/,
  },
  {
    what: "the bucket of another stack",
    config: { ...eks, bucket: "shared-metrics" },
    key: "vigil:bucket",
    says: /bucket of stack other \(greenlang, dev\)/,
    mend: /vigil:bucket NAME/,
  },
];

export const badInputs: readonly BadInput[] = [...wrongValues, ...wrongTogether];
