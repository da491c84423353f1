import * as compactorPolicies from "../../policies/retention/compactor.ts";
import { retentionCompactorMinimum, retentionCompactorOnce } from "../../policies/retention/compactor.ts";
import * as lifecyclePolicies from "../../policies/retention/lifecycle.ts";
import {
  retentionExpiryAfterCompactor,
  retentionLifecyclePresent,
  retentionOldVersions,
  retentionTierBilling,
  retentionTierReadable,
  retentionTierSteps,
} from "../../policies/retention/lifecycle.ts";
import * as prometheusPolicies from "../../policies/retention/prometheus.ts";
import {
  retentionPrometheusAdminApi,
  retentionPrometheusDisk,
  retentionPrometheusSize,
  retentionPrometheusTime,
  retentionPrometheusVolumeKept,
} from "../../policies/retention/prometheus.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

describe("Policies of retention: what a Prometheus keeps", () => {
  testPolicy({
    policy: retentionPrometheusTime,
    passes: {
      "15 days of the operator's": [operated({ retention: "15d" })],
      "30 days as a flag": [container("--storage.tsdb.retention.time=30d")],
      "a flag and its value apart": [container("--storage.tsdb.retention.time", "30d")],
      "a chart of other things": [release("thanos", {})],
      "an agent, which keeps nothing": [
        image("prom/prometheus:v3.15.0", "--config.file=/etc/prometheus.yml", "--agent"),
        image("prom/prometheus:v2.55.0", "--config.file=/a.yml", "--enable-feature=exemplar-storage,agent"),
      ],
      "a component of Thanos'": [
        image("quay.io/thanos/thanos:v0.42.0", "sidecar", "--prometheus.url=http://localhost:9090"),
      ],
      "tools of the image": [
        {
          type: "kubernetes:apps/v1:Deployment",
          props: pod({ image: "prom/prometheus", command: ["promtool"], args: ["--help"] }),
        },
      ],
    },
    fails: {
      "an hour": {
        stack: [operated({ retention: "1h" })],
        says: /retention is "1h", which is shorter than 7d/,
      },
      "two years": { stack: [operated({ retention: "2y" })], says: /which is longer than 90d/ },
      "400 days of the image's entry point, without a path": {
        stack: [
          image(
            "prom/prometheus",
            "--config.file=/etc/prometheus/prometheus.yml",
            "--web.enable-admin-api",
            "--storage.tsdb.retention.time=400d",
          ),
        ],
        says: /--storage\.tsdb\.retention\.time is "400d", which is longer than 90d\..* `maximum`/,
      },
      "a retention that is none": {
        stack: [operated({ retention: "15 days" })],
        says: /expected a duration/,
      },
      "an hour in a script": {
        stack: [script("prometheus --storage.tsdb.path=data --storage.tsdb.retention.time=1h")],
        says: /source\.script --storage\.tsdb\.retention\.time is "1h"/,
      },
    },
    absent: { stack: [operated({})], says: /retention is not set/ },
    unknown: [operated({ retention: unknown })],
  });

  testPolicy({
    policy: retentionPrometheusSize,
    passes: {
      "50GB on 64Gi": [operated({ retentionSize: "50GB", ...volume("64Gi") })],
      "a flag, where the disk is somebody else's": [container("--storage.tsdb.retention.size=50GB")],
      "a flag that its pod's claim has room for": [
        statefulSet(["--storage.tsdb.path=/data", "--storage.tsdb.retention.size=50GB"], { storage: "64Gi" }),
      ],
    },
    fails: {
      "50GB on a disk of 50G, which the size does not fit": {
        stack: [operated({ retentionSize: "50GB", ...volume("50G") })],
        says: /"50GB", which is 107 % of the disk/,
      },
      "more than 80 % of the disk": {
        stack: [operated({ retentionSize: "90GB", ...volume("100Gi") })],
        says: /which is 90 % of the disk/,
      },
      "500GB in a pod's claim of 50Gi": {
        stack: [
          statefulSet(["--storage.tsdb.path=/data", "--storage.tsdb.retention.size=500GB"], {
            storage: "50Gi",
          }),
        ],
        says: /"500GB", which is 1000 % of the disk \(spec\.volumeClaimTemplates\[0\]\.spec\.resources/,
      },
      "next to nothing": { stack: [operated({ retentionSize: "10MB" })], says: /which is less than 1GB/ },
      "a limit of nothing, which is none": {
        stack: [operated({ retentionSize: "0B" })],
        says: /expected a size/,
      },
      "a disk that is no size": {
        stack: [operated({ retentionSize: "50GB", ...volume("large") })],
        says: /storage is not a size/,
      },
    },
    absent: { stack: [operated(volume("100Gi"))], says: /retentionSize is not set/ },
    unknown: [
      operated({ retentionSize: unknown }),
      statefulSet(["--storage.tsdb.path=/data", "--storage.tsdb.retention.size=50GB"], { storage: unknown }),
    ],
  });

  testPolicy({
    policy: retentionPrometheusDisk,
    passes: {
      "a volume of its own": [operated(volume("100Gi"))],
      "a claim template above its folder": [statefulSet(["--storage.tsdb.path=/data/samples"])],
      "a claim template at the image's own folder": [
        statefulSet(["--config.file=/a.yml"], { mountPath: "/prometheus/" }),
      ],
      "a claim of another resource": [mounted({ persistentVolumeClaim: { claimName: unknown } })],
      "a folder that the pod puts together": [image("prom/prometheus", "--storage.tsdb.path=$(DATA)")],
      "an agent on nothing": [image("prom/prometheus", "--agent")],
      "a machine's own disk": [script("prometheus --storage.tsdb.path=data")],
    },
    fails: {
      "a custom resource without one": { stack: [custom({})], says: /storage(Spec)? is not set/ },
      "a folder on an emptyDir": {
        stack: [mounted({ emptyDir: {} })],
        says: /spec\.template\.spec\.volumes\[0\] holds \/data and is gone with its pod/,
      },
      "a folder on what Kubernetes takes for an emptyDir": { stack: [mounted({})], says: /is gone with/ },
      "a folder on a claim that goes with its pod": {
        stack: [mounted({ ephemeral: { volumeClaimTemplate: {} } })],
        says: /is gone with its pod/,
      },
      "an emptyDir inside of a claim": {
        stack: [mounted({ emptyDir: {} }, [{ name: "kept", mountPath: "/" }])],
        says: /volumes\[0\] holds \/data/,
      },
      "a folder of the container's own": {
        stack: [container()],
        says: /containers\[0\]\.volumeMounts has none at \/data/,
      },
      "the image's own folder": {
        stack: [statefulSet(["--config.file=/a.yml"])],
        says: /has none at \/prometheus\/data/,
      },
      "a claim at a folder of a longer name": {
        stack: [statefulSet(["--storage.tsdb.path=/data2"])],
        says: /has none at \/data2/,
      },
    },
    absent: { stack: [operated({})], says: /storageSpec is not set/ },
    unknown: [operated({ storageSpec: unknown }), mounted({ persistentVolumeClaim: unknown })],
  });

  testPolicy({
    policy: retentionPrometheusVolumeKept,
    passes: {
      "volumes that stay": [custom({ persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain" } })],
    },
    fails: {
      "volumes that go with their pods": {
        stack: [custom({ persistentVolumeClaimRetentionPolicy: { whenScaled: "Delete" } })],
        says: /whenScaled is "Delete"/,
      },
    },
    absent: { stack: [custom({})] },
    unknown: [custom({ persistentVolumeClaimRetentionPolicy: { whenDeleted: unknown } })],
  });

  testPolicy({
    policy: retentionPrometheusAdminApi,
    passes: { "an admin API that is off": [operated({ enableAdminAPI: false })] },
    fails: {
      "one that is on": { stack: [operated({ enableAdminAPI: true })], says: /enableAdminAPI is on/ },
      "the flag": { stack: [container("--web.enable-admin-api")], says: /--web\.enable-admin-api is on/ },
      "the flag at the end of a line that goes on": {
        stack: [
          {
            type: "aws:ec2/instance:Instance",
            props: {
              userData:
                "#!/bin/sh\nprometheus --storage.tsdb.path=/data --web.enable-admin-api \\\n  --log.level=info\n",
            },
          },
        ],
        says: /--web\.enable-admin-api is on/,
      },
      "the flag at the end of a command": {
        stack: [
          {
            type: "command:remote:Command",
            props: { create: 'sh -c "prometheus --storage.tsdb.path=/data --web.enable-admin-api; true"' },
          },
        ],
        says: /--web\.enable-admin-api is on/,
      },
      "the flag without a path": {
        stack: [image("quay.io/prometheus/prometheus:v3.15.0", "--web.enable-admin-api")],
        says: /--web\.enable-admin-api is on/,
      },
      "the flag in the other chart": {
        stack: [release("prometheus", { server: { extraFlags: ["web.enable-admin-api"] } })],
        says: /extraFlags is on/,
      },
    },
    absent: { stack: [container("--no-web.enable-admin-api")] },
    unknown: [operated({ enableAdminAPI: unknown })],
  });
});

describe("Policies of retention: the compactor", () => {
  testPolicy({
    policy: retentionCompactorMinimum,
    passes: {
      "what was promised": [compactor({ resolutionRaw: "30d", resolution5m: "120d", resolution1h: "730d" })],
      "for ever": [compactor({ resolutionRaw: "0d", resolution5m: "0d", resolution1h: "0d" })],
    },
    fails: {
      "a week of raw samples": {
        stack: [compactor({ resolutionRaw: "7d", resolution5m: "120d", resolution1h: "730d" })],
        says: /resolutionRaw is "7d", which is shorter than 30d/,
      },
      "a month of 1 hour samples": {
        stack: [compactor({ resolutionRaw: "30d", resolution5m: "120d", resolution1h: "120d" })],
        says: /resolution1h is "120d", which is shorter than 365d/,
      },
      "a flag": {
        stack: [container("compact", "--retention.resolution-raw=1d")],
        says: /--retention\.resolution-raw is "1d"/,
      },
      "1 hour samples that go before 5 minute ones": {
        stack: [compactor({ resolutionRaw: "30d", resolution5m: "730d", resolution1h: "400d" })],
        says: /resolution1h is "400d", which is shorter than that of finer samples/,
      },
    },
    // Without the flags Thanos keeps everything.
    absent: { stack: [compactor({})] },
    unknown: [compactor({ resolutionRaw: unknown })],
  });

  testPolicy({
    policy: retentionCompactorOnce,
    passes: {
      "one beside its stores": [
        release("thanos", { compactor: { enabled: true }, storegateway: { enabled: true } }),
      ],
      "one for each of two Secrets": [
        compactorOf("first", "objstore-eu"),
        compactorOf("second", "objstore-us"),
      ],
      "one for each of two Secrets that are mounted alike": [
        compactorWith("first", "objstore-eu"),
        compactorWith("second", "objstore-us"),
      ],
      "one for each of two files": [
        job("first", "thanos compact --objstore.config-file=/etc/eu.yml"),
        job("second", "thanos compact --objstore.config-file=/etc/us.yml"),
      ],
      "one for each of two releases' Secrets": [
        storedIn("first", { global: { objstore: { secretName: "objstore-eu" } } }),
        storedIn("second", { existingObjstoreSecret: "objstore-us" }),
      ],
      "one for each of two buckets that the arguments name": [
        job("first", `thanos compact --objstore.config="${bucketConfiguration("eu-blocks")}"`),
        job("second", `thanos compact --objstore.config="${bucketConfiguration("us-blocks")}"`),
      ],
      "one for each of two buckets in Secrets of one name": [
        inNamespace("eu", compactorOf("first", "objstore")),
        inNamespace("eu", objectStore("eu-blocks")),
        inNamespace("us", compactorOf("second", "objstore")),
        inNamespace("us", objectStore("us-blocks")),
      ],
      "one for each of two accounts with containers of one name": [
        compactorOf("first", "objstore-eu"),
        azureStore("objstore-eu", "steu"),
        compactorOf("second", "objstore-us"),
        azureStore("objstore-us", "stus"),
      ],
      "one for each of two Secrets of which one can be read": [
        compactorOf("first", "objstore"),
        objectStore("eu-blocks"),
        compactorOf("second", "hidden"),
      ],
      "another program that compacts": [
        compactor({}),
        {
          type: "kubernetes:batch/v1:CronJob",
          name: "etcd",
          props: {
            spec: {
              jobTemplate: {
                spec: pod({ image: "etcd", command: ["etcdctl"], args: ["compact", "--physical", "1000"] })[
                  "spec"
                ],
              },
            },
          },
        },
      ],
    },
    fails: {
      "two of them": {
        stack: [compactor({}), { ...container("compact", "--wait"), name: "second" }],
        says: /second .* is a second compactor beside subject/,
      },
      "two for the same Secret": {
        stack: [compactorOf("first", "objstore"), compactorOf("second", "objstore")],
        says: /second .* is a second compactor beside first/,
      },
      "two for the same Secret, mounted and in the environment": {
        stack: [compactorOf("first", "objstore"), compactorWith("second", "objstore")],
        says: /second .* is a second compactor beside first/,
      },
      "two for one bucket that two Secrets name": {
        stack: [
          compactorOf("first", "objstore"),
          objectStore("gl-blocks"),
          compactorOf("second", "same"),
          {
            ...objectStore("gl-blocks"),
            props: { ...objectStore("gl-blocks").props, metadata: { name: "same" } },
          },
        ],
        says: /second .* is a second compactor beside first/,
      },
      "the second of a bucket that two others do not share": {
        stack: [
          compactorOf("first", "objstore-eu"),
          compactorOf("second", "objstore-us"),
          compactorOf("third", "objstore-us"),
        ],
        says: /third .* is a second compactor beside second/,
      },
      "one of which nothing shows the bucket": {
        stack: [compactorOf("first", "objstore-eu"), compactor({})],
        says: /first .* is a second compactor beside subject/,
      },
      "two replicas": {
        stack: [release("thanos", { compactor: { enabled: true, replicaCount: 2 } })],
        says: /replicaCount is 2, expected 1/,
      },
      "one that may meet its successor": {
        stack: [container("compact")],
        says: /lets a new compactor start beside/,
      },
    },
    absent: {
      stack: [release("thanos", { compactor: { enabled: false }, storegateway: { enabled: true } })],
      says: /no compactor of the stack looks after/,
    },
    unknown: [release("thanos", { compactor: { enabled: true, replicaCount: unknown } })],
  });
});

describe("Policies of retention: the bucket", () => {
  testPolicy({
    policy: retentionLifecyclePresent,
    passes: {
      "a bucket with rules": [bucket(), lifecycle()],
      "a bucket with rules by name": [bucket(), { ...lifecycle(), from: {} }],
      "an account with rules": [account(), azureLifecycle({})],
      "a bucket with rules in itself": [ownRules({ expiration: { days: 30 } })],
      "a bucket of old with rules in itself": [listedRules({ expirations: [{ days: 30 }] })],
    },
    fails: {
      "rules of another bucket": {
        stack: [bucket(), { ...lifecycle(), from: {}, props: { bucket: "another", rules: [] } }],
        says: /^blocks .* has no lifecycle rules/m,
      },
      "rules that Azure does not take": {
        stack: [account(), azureLifecycle({}, "mine")],
        says: /managementPolicyName is "mine"/,
      },
    },
    absent: {
      stack: [bucket(), account()],
      says: /blocks .*no lifecycle rules[^]*account .*no lifecycle rules/,
    },
    unknown: [account(), azureLifecycle({}, unknown), computed(bucket({ lifecycleRules: unknown }))],
  });

  testPolicy({
    policy: retentionTierReadable,
    passes: {
      "classes that are read at once": [
        promised(),
        lifecycle([35, "INTELLIGENT_TIERING"], [125, "GLACIER_IR"]),
      ],
      "archive tiers that are off": [
        promised(),
        intelligent({ status: "Disabled", tierings: [{ accessTier: "DEEP_ARCHIVE_ACCESS", days: 180 }] }),
      ],
      "Cool and Cold": [promised(), azureLifecycle({ tierToCool: after(35), tierToCold: after(125) })],
      "Glacier where nobody runs Thanos": [
        lifecycle([35, "GLACIER"]),
        intelligent({ tierings: [{ accessTier: "ARCHIVE_ACCESS", days: 90 }] }),
        azureLifecycle({ tierToArchive: after(125) }),
      ],
      "Glacier of another bucket than Thanos'": [
        promised(),
        objectStore("other-blocks"),
        lifecycle([35, "GLACIER"]),
      ],
      "Glacier of another bucket's copy": [
        objectStore("other-blocks"),
        replication(),
        lifecycle([35, "GLACIER"]),
      ],
      "a script that starts no Thanos": [
        script("prometheus --web.enable-lifecycle"),
        lifecycle([35, "GLACIER"]),
      ],
    },
    fails: {
      Glacier: {
        stack: [promised(), lifecycle([35, "GLACIER"])],
        says: /moves blocks to GLACIER, from which/,
      },
      "deep archive": { stack: [promised(), lifecycle([35, "DEEP_ARCHIVE"])], says: /DEEP_ARCHIVE/ },
      "Glacier beside a store that a script starts": {
        stack: [script("thanos store --objstore.config-file=objstore.yml"), lifecycle([35, "GLACIER"])],
        says: /moves blocks to GLACIER/,
      },
      "Glacier of a bucket that is known to hold blocks": {
        stack: [objectStore("gl-blocks"), lifecycle([35, "GLACIER"])],
        says: /moves blocks to GLACIER/,
      },
      "Glacier of a copy": {
        stack: [objectStore("first-blocks"), replication(), lifecycle([35, "GLACIER"])],
        says: /^rules .* moves blocks to GLACIER/,
      },
      "Glacier of a copy whose ARN is not known yet": {
        stack: [
          objectStore("first-blocks"),
          { ...replication(unknown), from: { rules: "blocks" } },
          bucket(),
          lifecycle([35, "GLACIER"]),
        ],
        says: /^rules .* moves blocks to GLACIER/,
      },
      "Glacier of the bucket itself": {
        stack: [promised(), ownRules({ transitions: [{ days: 40, storageClass: "GLACIER" }] })],
        says: /lifecycleRules\[0\]\.transitions\[0\] moves blocks to GLACIER/,
      },
      "the archive tiers of Intelligent-Tiering": {
        stack: [promised(), intelligent({ tierings: [{ accessTier: "ARCHIVE_ACCESS", days: 90 }] })],
        says: /tierings\[0\]\.accessTier moves blocks to ARCHIVE_ACCESS, from which/,
      },
      "Azure's archive": {
        stack: [promised(), azureLifecycle({ tierToArchive: after(125) })],
        says: /tierToArchive/,
      },
    },
    absent: { stack: [promised(), lifecycle()] },
    unknown: [promised(), lifecycle([35, unknown])],
  });

  testPolicy({
    policy: retentionTierSteps,
    passes: {
      "moves after the compactor's first step": [promised(), lifecycle([35, "INTELLIGENT_TIERING"])],
      "moves of a copy, which nobody reads yet": [
        objectStore("first-blocks"),
        replication(),
        lifecycle([1, "INTELLIGENT_TIERING"]),
      ],
      "moves at once where nobody runs Thanos": [lifecycle([1, "INTELLIGENT_TIERING"])],
    },
    fails: {
      "a move while blocks are rewritten": {
        stack: [promised(), lifecycle([1, "INTELLIGENT_TIERING"])],
        says: /moves blocks after 1 days, expected 35/,
      },
      "a move in the bucket that Thanos names": {
        stack: [objectStore("gl-blocks"), lifecycle([30, "GLACIER_IR"])],
        says: /moves blocks after 30 days/,
      },
      "a move by the bucket itself": {
        stack: [promised(), ownRules({ transitions: [{ days: 1, storageClass: "STANDARD_IA" }] })],
        says: /lifecycleRules\[0\]\.transitions\[0\] moves blocks after 1 days/,
      },
    },
    absent: { stack: [promised(), lifecycle()] },
    unknown: [promised(), lifecycle([unknown as unknown as number, "GLACIER_IR"])],
  });

  testPolicy({
    policy: retentionTierBilling,
    passes: { "long stays": [lifecycle([35, "STANDARD_IA"], [125, "GLACIER_IR"])] },
    fails: {
      "a week in IA": {
        stack: [lifecycle([35, "STANDARD_IA"], [42, "GLACIER_IR"])],
        says: /to STANDARD_IA after 35 days and away after 42, and 30 days are paid/,
      },
      "an end soon after a move": {
        stack: [azureLifecycle({ tierToCold: after(125), delete: after(130) })],
        says: /tierToCold after 125 days and away after 130/,
      },
      "a week in IA of the bucket's own": {
        stack: [
          ownRules({ transitions: [{ days: 35, storageClass: "STANDARD_IA" }], expiration: { days: 42 } }),
        ],
        says: /lifecycleRules\[0\]\.transitions\[0\] moves objects to STANDARD_IA after 35 days/,
      },
    },
    absent: { stack: [lifecycle()] },
    unknown: [lifecycle([unknown as unknown as number, "GLACIER_IR"])],
  });

  testPolicy({
    policy: retentionExpiryAfterCompactor,
    passes: {
      "an end after the compactor's": [promised(), expiry(740)],
      "an end of what is no bucket of blocks": [promised(), objectStore("other-blocks"), expiry(30)],
      "an end of the bucket's own that is off": [
        promised(),
        ownRules({ enabled: false, expiration: { days: 30 } }),
      ],
      "what a preview does not know of the bucket's outputs": [
        promised(),
        bucket({ lifecycleRules: unknown }),
      ],
    },
    fails: {
      "an end before the compactor's": {
        stack: [promised(), expiry(365)],
        says: /deletes blocks after 365 days; the compactor keeps them for 730 days/,
      },
      "an end where everything is kept": {
        stack: [compactor({}), expiry(3_650)],
        says: /keeps them for ever/,
      },
      "an end in Azure": {
        stack: [promised(), azureLifecycle({ delete: after(731) })],
        says: /baseBlob\.delete deletes blocks after 731 days/,
      },
      "an end of a copy": {
        stack: [promised(), objectStore("first-blocks"), replication(), expiry(365)],
        says: /^rules .* deletes blocks after 365 days/,
      },
      "an end of the bucket's own": {
        stack: [promised(), ownRules({ expiration: { days: 30 } })],
        says: /lifecycleRules\[0\]\.expiration deletes blocks after 30 days; the compactor keeps them for 730/,
      },
      "a day of the bucket's own": {
        stack: [promised(), ownRules({ expiration: { date: "2027-01-01" } })],
        says: /deletes blocks after a date/,
      },
      "an end of a bucket of old": {
        stack: [promised(), listedRules({ expirations: [{ days: 30 }] })],
        says: /lifecycleRules\[0\]\.expirations\[0\] deletes blocks after 30 days/,
      },
    },
    absent: { stack: [promised(), lifecycle()] },
    unknown: [promised(), expiry(unknown)],
  });

  testPolicy({
    policy: retentionOldVersions,
    passes: {
      "old versions and unfinished uploads that go": [lifecycle()],
      "a bucket that sees to it itself": [
        ownRules({ noncurrentVersionExpiration: { days: 30 } }, { abortIncompleteMultipartUploadDays: 7 }),
      ],
      "a bucket of old that does": [
        listedRules({
          noncurrentVersionExpirations: [{ days: 30 }],
          abortIncompleteMultipartUploadDays: 7,
        }),
      ],
      "a bucket whose rules are elsewhere": [bucket()],
    },
    fails: {
      "old versions that stay": {
        stack: [rules({ abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } })],
        says: /no old version go/,
      },
      "old versions that go before a mistake is seen": {
        stack: [rules({ noncurrentVersionExpiration: { noncurrentDays: 1 } })],
        says: /delete old versions after 1 days, before a mistake is seen/,
      },
      "unfinished uploads that stay": {
        stack: [rules({ noncurrentVersionExpiration: { noncurrentDays: 30 } })],
        says: /unfinished uploads stay/,
      },
      "uploads of a part of the bucket only": {
        stack: [
          ownRules({
            tags: { team: "payments" },
            noncurrentVersionExpiration: { days: 30 },
            abortIncompleteMultipartUploadDays: 7,
          }),
        ],
        says: /lifecycleRules let unfinished uploads stay/,
      },
      "a rule that is off": {
        stack: [rules({ status: "Disabled", noncurrentVersionExpiration: { noncurrentDays: 30 } })],
        says: /no old version go/,
      },
    },
    absent: { stack: [azureLifecycle({ tierToCool: after(35) }, "default", {})], says: /no old version go/ },
    unknown: [rules({ noncurrentVersionExpiration: { noncurrentDays: unknown } })],
  });

  testNoneIsLeftOut(prometheusPolicies, compactorPolicies, lifecyclePolicies);
});

function release(chart: string, values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: `repository/${chart}`, values } };
}

function operated(spec: object): Given {
  return release("kube-prometheus-stack", { prometheus: { prometheusSpec: spec } });
}

function custom(spec: object): Given {
  return { type: "kubernetes:monitoring.coreos.com/v1:Prometheus", props: { spec } };
}

function container(...args: string[]): Given {
  const own = args[0] === "compact" ? ["thanos", ...args] : ["--storage.tsdb.path=/data", ...args];
  return { type: "kubernetes:apps/v1:Deployment", props: pod({ args: own }) };
}

function image(name: string, ...args: string[]): Given {
  return { type: "kubernetes:apps/v1:Deployment", props: pod({ image: name, args }) };
}

/** With the volume at /data. */
function mounted(source: object, more: object[] = []): Given {
  const main = {
    args: ["--storage.tsdb.path=/data"],
    volumeMounts: [...more, { name: "samples", mountPath: "/data" }],
  };
  const volumes = [
    { name: "samples", ...source },
    { name: "kept", persistentVolumeClaim: { claimName: "kept" } },
  ];
  return {
    type: "kubernetes:apps/v1:Deployment",
    props: { spec: { template: { spec: { containers: [main], volumes } } } },
  };
}

/** With a claim of each pod at /data. */
function statefulSet(
  args: readonly string[],
  { storage = "100Gi", mountPath = "/data" }: { storage?: string; mountPath?: string } = {},
): Given {
  const main = {
    image: "quay.io/prometheus/prometheus:v3.15.0",
    args,
    volumeMounts: [{ name: "samples", mountPath }],
  };
  return {
    type: "kubernetes:apps/v1:StatefulSet",
    props: {
      spec: {
        template: { spec: { containers: [main] } },
        volumeClaimTemplates: [
          { metadata: { name: "samples" }, spec: { resources: { requests: { storage } } } },
        ],
      },
    },
  };
}

function pod(container: object): Given["props"] {
  return { spec: { template: { spec: { containers: [{ name: "main", ...container }] } } } };
}

function script(text: string): Given {
  return {
    type: "azure-native:compute/v20240301:VirtualMachineRunCommandByVirtualMachine",
    props: { source: { script: text } },
  };
}

function volume(storage: string): object {
  return { storageSpec: { volumeClaimTemplate: { spec: { resources: { requests: { storage } } } } } };
}

function compactor(retention: object): Given {
  return release("thanos", { compactor: { enabled: true, retention } });
}

/** As kube-thanos runs it, told of its bucket by a Secret. */
function compactorOf(name: string, secret: string): Given {
  const reference = { name: secret, key: "objstore.yml" };
  return {
    type: "kubernetes:apps/v1:StatefulSet",
    name,
    props: pod({
      image: "quay.io/thanos/thanos:v0.42.0",
      args: ["compact", "--wait", "--objstore.config=$(OBJSTORE_CONFIG)"],
      env: [{ name: "OBJSTORE_CONFIG", valueFrom: { secretKeyRef: reference } }],
    }),
  };
}

/** With the Secret as a file. */
function compactorWith(name: string, secretName: string): Given {
  const main = {
    image: "quay.io/thanos/thanos:v0.42.0",
    args: ["compact", "--wait", "--objstore.config-file=/etc/thanos/objstore.yml"],
    volumeMounts: [{ name: "objstore", mountPath: "/etc/thanos" }],
  };
  const volumes = [{ name: "objstore", secret: { secretName } }];
  return {
    type: "kubernetes:apps/v1:StatefulSet",
    name,
    props: { spec: { template: { spec: { containers: [main], volumes } } } },
  };
}

function storedIn(name: string, values: object): Given {
  return { ...release("thanos", { compactor: { enabled: true }, ...values }), name };
}

function job(name: string, create: string): Given {
  return { type: "command:remote:Command", name, props: { create } };
}

function inNamespace(namespace: string, given: Given): Given {
  const metadata = { name: given.name, namespace };
  return { ...given, name: `${namespace}-${given.name ?? ""}`, props: { ...given.props, metadata } };
}

function promised(): Given {
  return compactor({ resolutionRaw: "30d", resolution5m: "120d", resolution1h: "730d" });
}

function bucket(more: object = {}): Given {
  return { type: "aws:s3/bucket:Bucket", name: "blocks", props: { bucket: "gl-blocks", ...more } };
}

/** With rules that somebody gives it: of what is computed from nothing, the cloud decides. */
function computed(given: Given): Given {
  return { ...given, from: { lifecycleRules: "settings" } };
}

/** With rules for what is old or unfinished, and these transitions. */
function lifecycle(...transitions: [days: number, storageClass: string][]): Given {
  const moves = transitions.map(([days, storageClass]) => ({ days, storageClass }));
  return rules(
    { transitions: moves },
    { noncurrentVersionExpiration: { noncurrentDays: 30 } },
    { abortIncompleteMultipartUpload: { daysAfterInitiation: 7 } },
  );
}

function replication(destination = "arn:aws:s3:::gl-blocks"): Given {
  return {
    type: "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    name: "copy",
    props: { bucket: "first-blocks", rules: [{ destination: { bucket: destination } }] },
  };
}

function intelligent(props: object): Given {
  return {
    type: "aws:s3/bucketIntelligentTieringConfiguration:BucketIntelligentTieringConfiguration",
    props: { bucket: "gl-blocks", ...props },
  };
}

function expiry(days: unknown): Given {
  return rules({ expiration: { days } });
}

function rules(...each: object[]): Given {
  return {
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    name: "rules",
    props: { bucket: "gl-blocks", rules: each.map((rule) => ({ status: "Enabled", ...rule })) },
    from: { bucket: "blocks" },
  };
}

/** A bucket with rules in itself, as aws 6 has them. */
function ownRules(...each: object[]): Given {
  return bucket({ lifecycleRules: each.map((rule) => ({ enabled: true, ...rule })) });
}

function listedRules(...each: object[]): Given {
  return { ...ownRules(...each), type: "aws:s3/bucketV2:BucketV2" };
}

function account(): Given {
  return { type: "azure-native:storage:StorageAccount", name: "account", props: { accountName: "stblocks" } };
}

function after(days: number): object {
  return { daysAfterModificationGreaterThan: days };
}

function azureLifecycle(
  baseBlob: object,
  managementPolicyName = "default",
  more: object = { version: { delete: { daysAfterCreationGreaterThan: 30 } } },
): Given {
  return {
    type: "azure-native:storage:ManagementPolicy",
    name: "rules",
    props: {
      accountName: "stblocks",
      managementPolicyName,
      policy: { rules: [{ enabled: true, definition: { actions: { baseBlob, ...more } } }] },
    },
    from: { accountName: "account" },
  };
}

function objectStore(name: string): Given {
  return {
    type: "kubernetes:core/v1:Secret",
    name: "objstore",
    props: { metadata: { name: "objstore" }, stringData: { "objstore.yml": bucketConfiguration(name) } },
  };
}

function azureStore(name: string, account: string): Given {
  const configuration = `type: AZURE\nconfig:\n  storage_account: ${account}\n  container: blocks\n`;
  return {
    type: "kubernetes:core/v1:Secret",
    name,
    props: { metadata: { name }, stringData: { "objstore.yml": configuration } },
  };
}

function bucketConfiguration(name: string): string {
  return `type: S3\nconfig:\n  bucket: ${name}\n`;
}
