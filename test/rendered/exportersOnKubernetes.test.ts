import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { issueCertificates } from "../../components/local/authority.ts";
import { blackboxExporter, postgresExporter, redisExporter } from "../../monitoring/kubernetes/exporters.ts";
import { exportedBy } from "../../monitoring/kubernetes/exporters/exported.ts";
import type { ClusterFacts, KubernetesObject, Part } from "../../monitoring/kubernetes/model.ts";
import { tlsMount, tlsSecret } from "../../monitoring/kubernetes/names.ts";
import { pushgateway } from "../../monitoring/kubernetes/pushgateway.ts";
import { workloadOf } from "../../monitoring/kubernetes/workloads.ts";
import type { Exporter, System } from "../../monitoring/model.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";
import { examples, greenlangOnAks, greenlangOnEks, oversightOnAks } from "./clusterFacts.ts";
import { certificateOf } from "./fixtures.ts";
import { freePorts, get, start, stop, until } from "./servers.ts";

/** Whatever YAML can hold. */
type Json = ReturnType<typeof JSON.parse>;

/** A password with everything that JSON, YAML and templates could trip over. */
const nasty = `p"a\\s's: #{%w} ö`;
/** Any digest, for every image. */
const digest = `sha256:${"0".repeat(64)}`;

/** The system with a blackbox exporter pair besides, as none of the systems has one. */
function probing(system: System): System {
  return { ...system, components: [...system.components, { component: "blackbox-exporter", replicas: 2 }] };
}

function partsOf(system: System, facts: ClusterFacts): Part[] {
  return [postgresExporter, blackboxExporter, pushgateway]
    .map((render) => render(probing(system), facts))
    .filter((part) => part !== undefined);
}

function valuesOf(part: Part | undefined): Json {
  return part?.release?.values ?? assert.fail("no release");
}

function objectOf(part: Part | undefined, kind: string): Json {
  return part?.objects.find((object) => object.kind === kind) ?? assert.fail(`no ${kind}`);
}

/** What external-secrets makes of the one template of an ExternalSecret, as far as these templates go. */
function filled(part: Part | undefined, key: string): string {
  const { template } = objectOf(part, "ExternalSecret").spec.target;
  const text: string = template.data[key] ?? assert.fail(`no template ${key}`);
  const told = text.replaceAll("{{ .password | toJson }}", () => JSON.stringify(nasty));
  assert.doesNotMatch(told, /\{\{/);
  return told;
}

for (const { name, system, facts } of examples) {
  describe(`The exporters and the PushGateway of ${name}`, () => {
    const parts = partsOf(system, facts);

    it("are deployed where the system has them, and only there", () => {
      const has = (component: string) => system.components.some((sizing) => sizing.component === component);
      assert.equal(redisExporter(system, facts) !== undefined, has("redis-exporter"));
      assert.equal(postgresExporter(system, facts) !== undefined, has("postgres-exporter"));
      assert.equal(pushgateway(system, facts) !== undefined, has("pushgateway"));
      assert.equal(blackboxExporter(system, facts), undefined);
    });

    for (const part of parts) {
      const values = valuesOf(part);

      it(`${part.name} runs under an account of its own that gets no token`, () => {
        const account: KubernetesObject = objectOf(part, "ServiceAccount");
        assert.equal(account.metadata.name, part.name);
        assert.equal(account["automountServiceAccountToken"], false);
        assert.deepEqual(values.serviceAccount, { create: false, name: part.name });
      });

      it(`${part.name} is restricted, of stated size and of one version of its image`, () => {
        const [pod, container] = [
          values.podSecurityContext ?? values.securityContext,
          values.containerSecurityContext ?? values.securityContext,
        ];
        assert.equal(pod.runAsNonRoot, true);
        assert.equal(pod.seccompProfile.type, "RuntimeDefault");
        assert.equal(container.allowPrivilegeEscalation, false);
        assert.equal(container.readOnlyRootFilesystem, true);
        assert.deepEqual(container.capabilities.drop, ["ALL"]);
        for (const size of [values.resources.requests, values.resources.limits])
          assert.ok(size.cpu !== undefined && size.memory !== undefined);
        assert.match(values.image.tag, /^v\d+\.\d+\.\d+$/);
      });

      it(`${part.name} serves TLS with its certificate on the port of the table`, () => {
        const { number, tls } = workloadOf(probing(system), part.name).ports["http"] ?? assert.fail();
        assert.equal(tls, "server");
        assert.equal(values.service.port, number);
        const text = JSON.stringify(part);
        assert.ok(text.includes(`"${tlsSecret(part.name)}"`));
        assert.ok(!text.includes('"scheme":"HTTP"'));
      });

      it(`${part.name} reads only secrets that the system declares, and from files`, () => {
        const declared = system.secrets.map((secret) => secret.name);
        for (const object of part.objects.filter(({ kind }) => kind === "ExternalSecret"))
          for (const { remoteRef } of (object["spec"] as Json).data)
            assert.ok(
              declared.some((secret) => remoteRef.key.endsWith(secret)),
              remoteRef.key,
            );
        assert.doesNotMatch(JSON.stringify(values), /secretKeyRef|datasourceSecret|passwordSecret/);
      });
    }

    it("are pinned to the digests of the configuration", () => {
      const repositories = [
        "quay.io/prometheuscommunity/postgres-exporter",
        "quay.io/prometheus/pushgateway",
        "quay.io/prometheus/blackbox-exporter",
      ];
      const imageDigests = Object.fromEntries(repositories.map((repository) => [repository, digest]));
      const pinned = partsOf(system, { ...facts, imageDigests });
      assert.ok(pinned.length > 0);
      for (const part of pinned) assert.ok(JSON.stringify(valuesOf(part).image).includes(digest), part.name);
    });
  });

  describe(`What ${name} asks its exporters about`, () => {
    it("has a password for every address of Redis that it asks, as it asks", () => {
      const asked = exportedBy(system, "redis-exporter");
      const addresses = asked.kind === "asked" ? asked.addresses : [asked.address];
      const passwords = JSON.parse(filled(redisExporter(system, facts), "passwords.json"));
      assert.deepEqual(passwords, Object.fromEntries(addresses.map((address) => [address, nasty])));
    });

    it("is scraped: a job goes through the exporter, or selects its Service by labels, namespace and port", () => {
      for (const component of ["redis-exporter", "postgres-exporter"] as const) {
        const through = system.jobs.filter((job) => job.through?.component === component);
        const own = system.jobs.filter((job) => job.exporterOf?.component === component);
        assert.equal(through.length + own.length, 1, component);
        for (const { discovery, scheme, credentials } of own) {
          assert.ok(discovery.kind === "monitor");
          const { namespace, selector } = workloadOf(system, component);
          const name = "app.kubernetes.io/name";
          assert.deepEqual(discovery.namespaces, [namespace]);
          assert.deepEqual(discovery.selector, { [name]: selector[name] });
          const port =
            component === "redis-exporter"
              ? objectOf(redisExporter(system, facts), "Service").spec.ports[0].name
              : valuesOf(postgresExporter(system, facts)).service.name;
          assert.equal(discovery.port, port);
          assert.equal(scheme, "https");
          assert.equal(credentials?.kind, "stack");
        }
      }
    });
  });
}

function redisContainer(system: System, facts: ClusterFacts): Json {
  const [container] = objectOf(redisExporter(system, facts), "Deployment").spec.template.spec.containers;
  return container ?? assert.fail("no container");
}

describe("The Redis exporter", () => {
  it("has no address of its own where Prometheus names one, so that /metrics tells of the exporter alone", () => {
    const { system, facts } = oversightOnAks;
    assert.ok(redisContainer(system, facts).args.includes("--redis.addr="));
    const [address] = Object.keys(JSON.parse(filled(redisExporter(system, facts), "passwords.json")));
    assert.equal(address, "rediss://redis-oversight-prod.redis.cache.windows.net:6380");
  });

  it("is pointed at GreenLang's own Redis", () => {
    const { system, facts } = greenlangOnEks;
    const { args } = redisContainer(system, facts);
    assert.ok(args.some((flag: string) => /^--redis\.addr=redis:\/\/redis\.greenlang\.svc/.test(flag)));
  });

  it("has a disruption budget and nodes apart when there are two", () => {
    const { system, facts } = oversightOnAks;
    const twice: System = {
      ...system,
      components: system.components.map((sizing) =>
        sizing.component === "redis-exporter" ? { ...sizing, replicas: 2 } : sizing,
      ),
    };
    const part = redisExporter(twice, facts);
    const { selector } = workloadOf(twice, "redis-exporter");
    assert.deepEqual(objectOf(part, "PodDisruptionBudget").spec.selector.matchLabels, selector);
    const apart = objectOf(part, "Deployment").spec.template.spec.affinity.podAntiAffinity;
    const [required] = apart.requiredDuringSchedulingIgnoredDuringExecution;
    assert.deepEqual(required.labelSelector.matchLabels, selector);
    const { spec } = objectOf(redisExporter(system, facts), "Deployment");
    assert.deepEqual([spec.replicas, spec.template.spec.affinity], [1, undefined]);
  });

  it("has its own account and no token, is pinned, and is probed over TLS at the port of the table", () => {
    const { system, facts } = greenlangOnEks;
    const imageDigests = { "docker.io/oliver006/redis_exporter": digest };
    const part = redisExporter(system, { ...facts, imageDigests });
    const { number } = workloadOf(system, "redis-exporter").ports["http"] ?? assert.fail();
    const { serviceAccountName, automountServiceAccountToken } = objectOf(part, "Deployment").spec.template
      .spec;
    assert.deepEqual([serviceAccountName, automountServiceAccountToken], ["redis-exporter", false]);
    assert.equal(objectOf(part, "ServiceAccount").automountServiceAccountToken, false);
    const { image, ports, args, livenessProbe, readinessProbe } = redisContainer(system, {
      ...facts,
      imageDigests,
    });
    assert.ok(image.endsWith(`:v1.89.0@${digest}`), image);
    assert.deepEqual(
      ports.map(({ containerPort }: Json) => containerPort),
      [number],
    );
    assert.ok(args.includes(`--tls-server-cert-file=${tlsMount}/tls.crt`));
    for (const { httpGet } of [livenessProbe, readinessProbe]) assert.equal(httpGet.scheme, "HTTPS");
    assert.deepEqual(objectOf(part, "Service").spec.selector, workloadOf(system, "redis-exporter").selector);
  });
});

describe("The PostgreSQL exporter", () => {
  it("has credentials under every auth_module that jobs name, over verified TLS", () => {
    const { system, facts } = oversightOnAks;
    const part = postgresExporter(system, facts);
    const { auth_modules: modules } = parse(filled(part, "postgres_exporter.yml"));
    const named = system.jobs.flatMap(({ params }) => params?.["auth_module"] ?? []);
    assert.deepEqual(Object.keys(modules), named);
    assert.deepEqual(modules.oversight, {
      type: "userpass",
      userpass: { username: "postgres_exporter", password: nasty },
      options: { dbname: "postgres", sslmode: "verify-full" },
    });
    assert.equal(
      valuesOf(part).config.existingSecret.name,
      objectOf(part, "ExternalSecret").spec.target.name,
    );
  });

  it("is told of no server of its own there: the chart's would be localhost", () => {
    const { system, facts } = oversightOnAks;
    const { command } = valuesOf(postgresExporter(system, facts));
    assert.deepEqual(command, ["env", "-u", "DATA_SOURCE_URI", "/bin/postgres_exporter"]);
  });

  it("is pointed at GreenLang's server, encrypted, with the password in a mounted file", () => {
    const { system, facts } = greenlangOnEks;
    const part = postgresExporter(system, facts);
    const { config, extraVolumes, extraVolumeMounts } = valuesOf(part);
    const { host, port, sslmode, passwordFile } = config.datasource;
    assert.deepEqual([host, port, sslmode], ["postgresql.greenlang.svc.cluster.local", "5432", "require"]);
    const mount = extraVolumeMounts.find(({ mountPath }: Json) => passwordFile === `${mountPath}/password`);
    const volume = extraVolumes.find(({ name }: Json) => name === mount?.name);
    assert.equal(volume.secret.secretName, objectOf(part, "ExternalSecret").spec.target.name);
  });
});

describe("Exporters that nobody could tell what to watch", () => {
  const refused = (jobs: System["jobs"], component: Exporter["component"] = "redis-exporter") =>
    assert.throws(
      () => exportedBy({ ...greenlangOnEks.system, jobs }, component),
      /greenlang: redis-exporter is deployed, \d jobs have it for themselves and \d ask through it/,
    );
  const own = greenlangOnEks.system.jobs.filter(
    ({ exporterOf }) => exporterOf?.component === "redis-exporter",
  );
  const through = oversightOnAks.system.jobs.filter((job) => job.through?.component === "redis-exporter");

  it("are refused: no job, two jobs of their own, or both kinds", () => {
    assert.equal(own.length, 1);
    refused([]);
    refused([...own, ...own]);
    refused([...own, ...through]);
  });
});

describe("The PushGateways on Kubernetes", () => {
  const { system, facts } = greenlangOnEks;
  const part = pushgateway(system, facts);
  const values = valuesOf(part);

  it("are two, each on a node of its own with a volume of its own", () => {
    assert.deepEqual(
      [values.replicaCount, values.runAsStatefulSet, values.podAntiAffinity],
      [2, true, "hard"],
    );
    assert.deepEqual(
      [values.persistentVolume.enabled, values.persistentVolume.size, values.persistentVolume.storageClass],
      [true, "2Gi", facts.storageClass],
    );
    assert.deepEqual(values.podDisruptionBudget, { maxUnavailable: 1 });
  });

  it("keep what was pushed in a file of that volume", () => {
    const file = values.extraArgs.find((given: string) => given.startsWith("--persistence.file="));
    assert.ok(file?.startsWith(`--persistence.file=${values.persistentVolume.mountPath}/`));
  });

  it("mount what their arguments name, by themselves: the chart drops its own volume beside others", () => {
    assert.equal(values.webConfiguration, undefined);
    const file = values.extraArgs.find((given: string) => given.startsWith("--web.config.file="));
    const mount = values.extraVolumeMounts.find(({ mountPath }: Json) => file.includes(`=${mountPath}/`));
    const volume = values.extraVolumes.find(({ name }: Json) => name === mount?.name);
    const map = objectOf(part, "ConfigMap");
    assert.equal(volume.configMap.name, map.metadata.name);
    assert.ok(file.split("/").at(-1) in map.data);
  });

  it("are probed over TLS", () => {
    for (const { enabled, probe } of [values.liveness, values.readiness])
      assert.deepEqual(
        [enabled, probe.httpGet.port, probe.httpGet.scheme],
        [true, workloadOf(system, "pushgateway").ports["http"]?.number, "HTTPS"],
      );
  });
});

describe("Files of the exporters, before their own checkers", function () {
  this.timeout(60_000);
  let directory: string;
  let path: (executable: string) => string;

  before(async function () {
    this.timeout(1_200_000);
    directory = await mkdtemp(join(tmpdir(), "vigil-exporters-"));
    await issueCertificates(directory, "exporters", [certificateOf("tls")], false);
    ({ path } = await ensureTools(["prometheus", "blackbox_exporter", "pushgateway", "redis_exporter"]));
  });

  after(() => rm(directory, { recursive: true }));

  const here = (text: string): string => text.replaceAll(tlsMount, directory);

  it("a Redis exporter with these arguments answers over TLS where the kubelet asks", async () => {
    const { system, facts } = oversightOnAks;
    const { args, readinessProbe } = redisContainer(system, facts);
    await writeFile(
      join(directory, "passwords.json"),
      filled(redisExporter(system, facts), "passwords.json"),
    );
    const [port = 0] = await freePorts(1);
    const given = args.map((argument: string) =>
      here(argument)
        .replace("/etc/vigil/redis", directory)
        .replace(/address=:\d+$/, `address=127.0.0.1:${String(port)}`),
    );
    const server = start("redis_exporter", path("redis_exporter"), given);
    const caller = { ca: await readFile(join(directory, "ca.crt"), "utf8") };
    const url = `https://localhost:${String(port)}${readinessProbe.httpGet.path}`;
    try {
      await until(
        "the exporter answers",
        20,
        async () => {
          const { status, body } = await get(url, caller);
          return status === 200 ? true : `${String(status)} ${body}`;
        },
        [server],
      );
    } finally {
      await stop([server]);
    }
  });

  it("the web configuration is one that servers take", async () => {
    const { system, facts } = greenlangOnAks;
    const file = join(directory, "web.yml");
    await writeFile(file, here(objectOf(pushgateway(system, facts), "ConfigMap").data["web.yml"]));
    await check(path("promtool"), "check", "web-config", file);
  });

  it("a PushGateway with these arguments answers over TLS, and has what was pushed after a restart", async () => {
    const { system, facts } = greenlangOnAks;
    const part = pushgateway(system, facts);
    await writeFile(join(directory, "web.yml"), here(objectOf(part, "ConfigMap").data["web.yml"]));
    const given = valuesOf(part).extraArgs.map((argument: string) =>
      argument.replace("/etc/vigil/web", directory).replace("=/data/", `=${directory}/`),
    );
    const [port = 0] = await freePorts(1);
    const url = `https://localhost:${port}`;
    const caller = { ca: await readFile(join(directory, "ca.crt"), "utf8") };
    const run = async (use: () => Promise<void>) => {
      const server = start("pushgateway", path("pushgateway"), [
        ...given,
        `--web.listen-address=127.0.0.1:${port}`,
      ]);
      try {
        const ready = async () => (await get(`${url}/-/ready`, caller)).status === 200 || "not ready";
        await until("the PushGateway is ready", 20, ready, [server]);
        await use();
        // As Kubernetes ends a pod.
        const ended = once(server.child, "exit");
        server.child.kill("SIGTERM");
        await ended;
      } finally {
        await stop([server]);
      }
    };
    await run(async () => {
      const pushed = request(`${url}/metrics/job/batch`, { method: "PUT", ca: caller.ca });
      pushed.end("rows_total 42\n");
      const [{ statusCode }] = await once(pushed, "response");
      assert.equal(statusCode, 200);
    });
    await run(async () => {
      const { body } = await get(`${url}/metrics`, caller);
      assert.match(body, /^rows_total\{instance="",job="batch"\} 42$/m);
    });
  });

  it("the modules of the blackbox exporter are some that it takes", async () => {
    const { system, facts } = greenlangOnAks;
    const { config } = valuesOf(blackboxExporter(probing(system), facts));
    const file = join(directory, "blackbox.yml");
    await writeFile(file, here(JSON.stringify(config)));
    await check(path("blackbox_exporter"), "--config.check", `--config.file=${file}`);
  });
});
