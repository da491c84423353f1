import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { writeComposeFolder } from "../../components/compose/folder.ts";
import {
  prepareCompose,
  type ComposeSettings,
  type PreparedCompose,
} from "../../components/compose/prepare.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { composeStack } from "../../monitoring/compose.ts";
import { distributionImages, imageOf } from "../../monitoring/compose/images.ts";
import pinned from "../../tools/toolchain.json" with { type: "json" };

const settings: ComposeSettings = {
  user: "1000:1000",
  network: "10.89.231",
  project: "../..",
  given: ["webhook-url"],
};

const variants: Readonly<Record<string, Record<string, string>>> = {
  "the dev stack": {},
  "the dev stack with remote write": {
    "vigil:longTerm": "receive",
    // Remote write stores every sample twice.
    "vigil:sizing": '{"thanos-compactor":{"volume":"128GiB"}}',
  },
  "the dev stack without the demo": { "vigil:demo": "false" },
};

describe("containers", () => {
  for (const [name, raw] of Object.entries(variants))
    describe(`of ${name}`, () => {
      const prepared = prepare(raw);
      const file = fileOf(prepared);

      it("are written as the Compose specification's schema wants them", () => {
        const validate = new Ajv({ strict: false, formats: { duration: /^\d+(?:ms|s|m|h)$/ } }).compile(
          schema(),
        );
        assert.ok(validate(file), JSON.stringify(validate.errors, null, 2));
      });

      it("are the services of the plan, with their arguments", () => {
        const commands = Object.entries(file.services).map(([service, { command }]) => [service, command]);
        const planned = prepared.plan.services.map((service) => [service.name, service.arguments]);
        assert.deepEqual(Object.fromEntries(commands), Object.fromEntries(planned));
        assert.ok(planned.length >= 18);
      });

      it("publish the edge alone, at the host's loopback address alone", () => {
        const published = Object.entries(file.services).flatMap(([service, { ports = [] }]) =>
          ports.map((port) => `${service} ${port.host_ip} ${port.published}`),
        );
        const edge = Object.values(prepared.layout.edge).map((port) => `haproxy 127.0.0.1 ${String(port)}`);
        assert.deepEqual(published.sort(), edge.sort());
        for (const service of Object.values(file.services)) assert.equal(service.network_mode, undefined);
      });

      it("come from images whose tag is one version", () => {
        for (const { image } of Object.values(file.services))
          assert.match(image, /^[a-z0-9./_-]+:v?\d+\.\d+\.\d+(?:-slim)?$/);
      });

      it("may write to their data only, and gain no privileges", () => {
        for (const [name, service] of Object.entries(file.services)) {
          assert.equal(service.read_only, true);
          assert.equal(service.user, "1000:1000");
          assert.deepEqual(service.cap_drop, ["ALL"]);
          assert.deepEqual(service.security_opt, ["no-new-privileges:true"]);
          const writable = service.volumes.filter(({ read_only }) => read_only !== true);
          for (const { target } of writable)
            assert.match(target, /^\/vigil\/data\/[\w-]+$|^\/vigil\/services\/haproxy$/, name);
        }
      });

      it("have an address of their own each, in a network without a way out", () => {
        const addresses = Object.values(file.services).map(({ networks }) => networks.inside.ipv4_address);
        assert.equal(new Set(addresses).size, addresses.length);
        assert.equal(file.networks.inside.internal, true);
        for (const address of addresses) assert.match(address, /^10\.89\.231\.\d+$/);
      });

      it("wait for a health check where the service before them has one", () => {
        const waiting = Object.values(file.services).flatMap(({ depends_on = {} }) =>
          Object.entries(depends_on),
        );
        for (const [before, { condition }] of waiting)
          assert.equal(
            condition,
            file.services[before]?.healthcheck === undefined ? "service_started" : "service_healthy",
          );
      });
    });

  it("may call out only where something outside is called", () => {
    assert.deepEqual(callers({}), ["alertmanager-1", "alertmanager-2", "haproxy"]);
    assert.deepEqual(callers({ "vigil:demo": "false" }), [
      "alertmanager-1",
      "alertmanager-2",
      "blackbox-exporter",
      "haproxy",
      "prometheus-1",
      "prometheus-2",
      "redis-exporter",
    ]);
  });

  it("have the limits that the system declares", () => {
    const { prometheus, haproxy } = resources();
    assert.deepEqual(prometheus, { cpus: "2", memory: "2048m", pids: 512 });
    assert.deepEqual(haproxy, { cpus: "1", memory: "1024m", pids: 512 });
  });

  it("run the versions of the toolchain", () => {
    const { services } = fileOf(prepare());
    const { prometheus, thanos } = pinned.tools;
    assert.equal(services["prometheus-1"]?.image, `prom/prometheus:v${prometheus.version}`);
    assert.equal(services["thanos-query-1"]?.image, `quay.io/thanos/thanos:v${thanos.version}`);
    assert.equal(services["haproxy"]?.image, `haproxy:${distributionImages.haproxy ?? ""}`);
  });

  it("are refused with an image that is no pin", () => {
    const versions = { node: "24" } as Parameters<typeof imageOf>[1];
    assert.throws(() => imageOf("node", versions), /image of node: version "24" is not a pin/);
  });

  it("read a dollar as a dollar", () => {
    const { plan, layout } = prepare();
    const [first] = plan.services;
    assert.ok(first);
    const odd = { ...plan, services: [{ ...first, arguments: ["--pattern=^a$HOME$"] }] };
    const { file } = composeStack(odd, layout, {
      ...settings,
      versions: new Proxy({}, { get: () => "1.2.3" }) as Parameters<typeof imageOf>[1],
      sizing: [],
      callsOut: [],
    });
    assert.deepEqual((parse(file) as ComposeFile).services[first.name]?.command, ["--pattern=^a$$HOME$$"]);
  });

  it("are the same bytes each time", () => {
    assert.deepEqual(prepare().stack, prepare().stack);
  });

  it("are of stacks of this machine only", () => {
    assert.throws(
      () => prepare({ "vigil:platform": "aks" }),
      /runs on aks; expected one with vigil:platform local/,
    );
  });
});

describe("the folder of containers", function () {
  this.timeout(30_000);
  const folder = mkdtempSync(join(tmpdir(), "vigil-compose-"));
  const directory = join(folder, "stack");
  const { plan, stack } = prepare();
  const write = (): Promise<void> =>
    writeComposeFolder(directory, plan, stack, { "webhook-url": "https://pager.example/secret-path" });

  before(write);
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("holds every file of the plan, filled in", () => {
    for (const { name, files } of plan.services)
      for (const { path } of files) {
        const text = readFileSync(join(directory, "containers", name, path.replace("/vigil", "")), "utf8");
        assert.doesNotMatch(text, /\{\{\w+:/, path);
      }
  });

  it("holds whatever compose.yaml mounts, the project's own files apart", () => {
    const { services } = parse(readFileSync(join(directory, "compose.yaml"), "utf8")) as ComposeFile;
    for (const { volumes } of Object.values(services))
      for (const { source } of volumes.filter((volume) => volume.source.startsWith("./")))
        assert.ok(statSync(join(directory, source)).isDirectory());
  });

  it("keeps secrets out of compose.yaml", () => {
    const text = readFileSync(join(directory, "compose.yaml"), "utf8");
    assert.doesNotMatch(text, /\{\{|\$2[aby]\$|Basic |PRIVATE KEY/);
    const names = readdirSync(join(directory, "secrets"));
    assert.ok(names.includes("webhook-url") && names.includes("human"));
    for (const name of names)
      assert.ok(!text.includes(readFileSync(join(directory, "secrets", name), "utf8")), name);
  });

  it("is readable by its owner only", () => {
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      assert.equal(statSync(path).mode & 0o777, entry.isDirectory() ? 0o700 : 0o600, path);
    }
  });

  it("gives a container no key but its own and the clients', and never the authority's", () => {
    for (const { name } of plan.services) {
      const keys = filesBelow(join(directory, "containers", name)).filter((file) =>
        /\.(?:key|pem)$/.test(file),
      );
      for (const key of keys)
        assert.ok([name, "client"].includes(key.replace(/\.\w+$/, "")), `${name} has ${key}`);
    }
    assert.ok(readdirSync(join(directory, "tls")).includes("ca.key"));
  });

  it("has an edge certificate for the address at which the edge is published", () => {
    const certificate = new X509Certificate(readFileSync(join(directory, "tls", "haproxy.crt")));
    assert.equal(certificate.checkIP("127.0.0.1"), "127.0.0.1");
    assert.ok(
      certificate.verify(new X509Certificate(readFileSync(join(directory, "tls", "ca.crt"))).publicKey),
    );
  });

  it("is left as it is by a second run", async () => {
    const states = (): string[] =>
      filesBelow(directory, true).map((file) => `${file} ${String(statSync(file).mtimeMs)}`);
    const before = states();
    await write();
    assert.deepEqual(states(), before);
  });

  it("loses the files of a service that is no longer in the plan, not its data", async () => {
    const fewer = {
      ...stack,
      containers: stack.containers.filter(({ service }) => service !== "pushgateway"),
    };
    await writeComposeFolder(directory, plan, fewer, {});
    assert.ok(!readdirSync(join(directory, "containers")).includes("pushgateway"));
    assert.ok(readdirSync(join(directory, "data")).includes("pushgateway"));
    await write();
  });

  it("is not written over something else, or over another stack", async () => {
    writeFileSync(join(folder, "thesis.txt"), "");
    await assert.rejects(writeComposeFolder(folder, plan, stack, {}), /holds something else than stack dev/);
    await assert.rejects(
      writeComposeFolder(directory, { ...plan, stack: "other" }, stack, {}),
      /holds something else than stack other/,
    );
  });

  it("is not begun while a secret that cannot be made is missing", async () => {
    await assert.rejects(
      writeComposeFolder(join(folder, "empty"), plan, stack, {}),
      /secret webhook-url has no value .*; write it to a file and add --secret webhook-url=FILE/,
    );
    assert.ok(!readdirSync(folder).includes("empty"));
  });

  it("needs no secret for a receiver that has no address", () => {
    const silent = prepare({}, { ...settings, given: [] });
    assert.deepEqual(silent.silent, ["webhook"]);
    assert.ok(!silent.plan.secrets.some(({ name }) => name === "webhook-url"));
  });
});

/** What the tests read of a Compose file. */
interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: { readonly inside: { readonly internal: boolean } };
}

interface ComposeService {
  readonly image: string;
  readonly command: readonly string[];
  readonly user: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly network_mode?: string;
  readonly healthcheck?: object;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy: { readonly resources: { readonly limits: object } };
  readonly networks: { readonly inside: { readonly ipv4_address: string }; readonly outside?: object };
  readonly ports?: readonly { readonly host_ip: string; readonly published: string }[];
  readonly volumes: readonly {
    readonly source: string;
    readonly target: string;
    readonly read_only?: boolean;
  }[];
}

function prepare(
  raw: Readonly<Record<string, string>> = {},
  more: ComposeSettings = settings,
): PreparedCompose {
  return prepareCompose(parseConfig(raw), more);
}

function fileOf({ stack }: PreparedCompose): ComposeFile {
  return parse(stack.file) as ComposeFile;
}

function callers(raw: Readonly<Record<string, string>>): string[] {
  return Object.entries(fileOf(prepare(raw)).services)
    .filter(([, { networks }]) => networks.outside !== undefined)
    .map(([name]) => name)
    .sort();
}

function resources(): { prometheus: object | undefined; haproxy: object | undefined } {
  const { services } = fileOf(prepare());
  const of = (name: string): object | undefined => services[name]?.deploy.resources.limits;
  return { prometheus: of("prometheus-1"), haproxy: of("haproxy") };
}

function filesBelow(directory: string, paths = false): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => (paths ? join(entry.parentPath, entry.name) : entry.name))
    .sort();
}

/** The Compose specification's own schema, as the linter of Compose files brings it. */
function schema(): object {
  const linter = dirname(createRequire(import.meta.url).resolve("dclint/package.json"));
  const text = readFileSync(join(linter, "schemas", "compose.schema.json"), "utf8");
  // It names its dialect by an address that validators do not know; it is draft 7.
  return { ...(JSON.parse(text) as object), $schema: "http://json-schema.org/draft-07/schema#" };
}
