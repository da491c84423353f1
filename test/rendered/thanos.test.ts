import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { renderObjectStore } from "../../monitoring/objstore.ts";
import { renderRules } from "../../monitoring/rules.ts";
import { addressOf } from "../../monitoring/targets.ts";
import {
  compactorArguments,
  queryArguments,
  renderEndpoints,
  renderRulerAlertmanagers,
  renderShard,
  storeArguments,
} from "../../monitoring/thanos.ts";
import { systems } from "../../systems/index.ts";
import { ensureTools, type Toolchain } from "../../tools/toolchain.ts";
import { check } from "./checkers.ts";
import { exampleLayout, exampleSystem } from "./fixtures.ts";
import { clientTls, componentArguments, httpClient } from "./thanosFiles.ts";

const system = exampleSystem();

describe("Thanos", () => {
  let tools: Toolchain;

  before(async function () {
    this.timeout(600_000);
    tools = await ensureTools(["thanos"]);
  });

  describe("The arguments", () => {
    const all = () => componentArguments(exampleLayout(), "/srv/vigil");

    it("are all known to each component", async () => {
      for (const given of Object.values(all())) {
        const [component = "", ...flags] = given;
        const help = await check(tools.path("thanos"), component, "--help");
        for (const flag of flags) {
          const name = flag.replace(/^--(no-)?/, "").replace(/=.*/s, "");
          assert.ok(
            hiddenFlags.includes(name) ||
              new RegExp(`--(\\[no-\\])?${name.replaceAll(".", "\\.")}\\b`).test(help),
            `${component} ${flag}`,
          );
        }
      }
    });

    it("use nothing that Thanos has deprecated", async () => {
      for (const given of Object.values(all())) {
        const [component = "", ...flags] = given;
        const help = await check(tools.path("thanos"), component, "--help");
        for (const flag of flags) {
          const name = flag.replace(/^--(no-)?/, "").replace(/=.*/s, "");
          const [, described = ""] = help.split(
            new RegExp(`--(?:\\[no-\\])?${name.replaceAll(".", "\\.")}(?=[=\\s])`),
          );
          assert.doesNotMatch(
            described.split(/\n\s+(?:-\w, )?--/)[0] ?? "",
            /deprecated/i,
            `${component} ${flag}`,
          );
        }
      }
    });

    it("put a password or a certificate before every listener", () => {
      for (const given of Object.values(all())) {
        assert.ok(
          given.some((one) => one.startsWith("--http.config=")),
          given[0],
        );
        if (given.some((one) => one.startsWith("--grpc-address=")))
          assert.ok(
            given.some((one) => one.startsWith("--grpc-server-tls-client-ca=")),
            given[0],
          );
        if (given[0] === "receive")
          assert.ok(given.some((one) => one.startsWith("--remote-write.server-tls-client-ca=")));
      }
    });

    it("keep blocks as long as the system says, and deduplicate pairs by penalty", () => {
      const { compactor } = all();
      for (const wanted of [
        "--retention.resolution-raw=30d",
        "--retention.resolution-5m=120d",
        "--retention.resolution-1h=730d",
        "--deduplication.func=penalty",
        "--deduplication.replica-label=replica",
      ])
        assert.ok(compactor.includes(wanted), wanted);
    });

    it("deduplicate by the replica label, and by Receive's copies only where there is remote write", () => {
      const labels = (given: readonly string[]) =>
        given.filter((one) => one.startsWith("--query.replica-label="));
      assert.deepEqual(labels(all().query), [
        "--query.replica-label=replica",
        "--query.replica-label=receive_replica",
      ]);
      const { remoteWrite: _, ...longTerm } = system.longTerm;
      const options = { http: listener, grpc, endpointsFile: "/e", externalUrl: "https://localhost" };
      assert.deepEqual(labels(queryArguments(exampleSystem({ longTerm }), options)), [
        "--query.replica-label=replica",
      ]);
    });

    it("make two rulers' alerts one, and their blocks their own", () => {
      const { ruler } = all();
      assert.ok(ruler.includes("--alert.label-drop=replica"));
      assert.ok(ruler.includes('--label=replica="thanos-ruler-1"'));
      assert.ok(ruler.includes('--label=producer="thanos-ruler"'));
      assert.ok(ruler.includes("--alert.label-drop=producer"));
    });

    it("want a shard of each store of a sharded system", () => {
      const sharded = exampleSystem({
        longTerm: { ...system.longTerm, store: { ...system.longTerm.store, shards: 2 } },
      });
      const options = {
        http: listener,
        grpc,
        dataDirectory: "/d",
        objectStoreFile: "/o",
        indexCacheFile: "/i",
        chunkCacheFile: "/c",
      };
      assert.throws(() => storeArguments(sharded, options), /shards is 2.*no shard/);
      assert.ok(
        storeArguments(sharded, { ...options, shardFile: "/s" }).includes(
          "--selector.relabel-config-file=/s",
        ),
      );
      assert.deepEqual(parse(renderShard(2, 1))[1], { action: "keep", regex: "1", source_labels: ["shard"] });
    });

    it("refuse a compactor without retention", () => {
      const { objects: _, ...retention } = system.retention;
      assert.throws(
        () =>
          compactorArguments(exampleSystem({ retention }), {
            http: listener,
            dataDirectory: "/d",
            objectStoreFile: "/o",
          }),
        /retention\.objects/,
      );
    });
  });

  describe("The files", () => {
    it("name every store of the layout, and only stores", () => {
      const { endpoints, default_client_config: client } = parse(
        renderEndpoints(exampleLayout(), clientTls("/tls")),
      );
      const stores = ["thanos-sidecar", "thanos-store", "thanos-ruler", "thanos-receive"];
      const expected = exampleLayout().instances.filter(({ component }) => stores.includes(component));
      assert.deepEqual(
        endpoints.map(({ address }: { address: string }) => address),
        expected.map((instance) => addressOf(instance, "grpc")),
      );
      assert.equal(client.tls_config.cert_file, "/tls/server.crt");
      assert.equal(client.tls_config.insecure_skip_verify, undefined);
    });

    it("name every Alertmanager to the ruler", () => {
      const { alertmanagers } = parse(renderRulerAlertmanagers(exampleLayout(), httpClient("/tls")));
      assert.equal(alertmanagers[0].static_configs.length, 2);
      assert.equal(alertmanagers[0].scheme, "https");
    });

    for (const [name, build] of Object.entries({ ...systems, example: () => system }))
      it(`of ${name} for the ruler are rules that Thanos accepts`, async () => {
        const built = build({ environment: "production", region: "local", layout: "cluster" });
        const directory = await mkdtemp(join(tmpdir(), "vigil-rules-"));
        const path = join(directory, "rules.yml");
        await writeFile(path, renderRules(built, "thanos-ruler"));
        await check(tools.path("thanos"), "tools", "rules-check", `--rules=${path}`);
        await rm(directory, { recursive: true });
      });

    it("hold no static key of a cloud", () => {
      const s3 = parse(
        renderObjectStore({ kind: "s3", name: "b" }, { kind: "s3", region: "eu-west-1", kmsKeyId: "k" }),
      );
      assert.deepEqual(s3.config, {
        aws_sdk_auth: true,
        bucket: "b",
        endpoint: "s3.eu-west-1.amazonaws.com",
        region: "eu-west-1",
        sse_config: { kms_key_id: "k", type: "SSE-KMS" },
      });
      const azure = parse(
        renderObjectStore({ kind: "azure-blob", name: "b" }, { kind: "azure-blob", storageAccount: "a" }),
      );
      assert.deepEqual(azure.config, { container: "b", storage_account: "a" });
      assert.throws(
        () => renderObjectStore({ kind: "s3", name: "b" }, { kind: "azure-blob", storageAccount: "a" }),
        /of kind s3/,
      );
    });
  });
});

/** Flags that Thanos accepts and keeps out of its help. */
const hiddenFlags = [
  "store.caching-bucket.config-file",
  "receive.limits-config-file",
  "tsdb.min-block-duration",
  "tsdb.max-block-duration",
];

const listener = { listen: "127.0.0.1:1", webConfigFile: "/web.yml" };
const grpc = { listen: "127.0.0.1:2", certificateFile: "/a.crt", keyFile: "/a.key", clientCaFile: "/ca.crt" };
