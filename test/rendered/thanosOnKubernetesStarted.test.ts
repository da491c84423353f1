import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueCertificates } from "../../components/local/authority.ts";
import { dnsNamesOf } from "../../monitoring/kubernetes/certificates.ts";
import { workloadOf } from "../../monitoring/kubernetes/workloads.ts";
import { toYaml } from "../../monitoring/yaml.ts";
import { ensureTools } from "../../tools/toolchain.ts";
import { greenlangOnEks, oversightOnAks, type Example } from "./clusterFacts.ts";
import { freePorts, get, start, stop, until, type Server } from "./servers.ts";
import { commandLines, isOwn, objectsOf, running, valuesOf, type ThanosWorkload } from "./thanosChart.ts";

const frontend = "thanos-query-frontend";

/** The first pod of each workload on loopback: command lines and files as rendered, names and paths made this machine's. */
for (const example of [oversightOnAks, greenlangOnEks])
  describe(`Thanos of ${example.name}, started as rendered`, function () {
    this.timeout(90_000);
    let root: string;
    let servers: Server[] = [];
    let ports: Ports;
    let ca: string;

    before(async function () {
      this.timeout(600_000);
      const tools = await ensureTools(["thanos"]);
      root = await mkdtemp(join(tmpdir(), "vigil-thanos-on-kubernetes-"));
      ports = await portsOf(example);
      ca = await writeFiles(example, root, ports);
      servers = Object.entries(commandLines(example)).map(([workload, line]) =>
        start(
          workload,
          tools.path("thanos"),
          line.map((flag) => here(flag, example, workload as ThanosWorkload, root, ports)),
          environmentOf(example, workload as ThanosWorkload, root),
        ),
      );
    });

    after(async () => {
      await stop(servers);
      await rm(root, { recursive: true });
    });

    it("every component is ready, where the chart's probes ask", async () => {
      for (const workload of running(example))
        await until(
          `${workload} is ready`,
          60,
          async () => {
            const { status, body } = await ask(workload, "/-/ready");
            return status === 200 ? true : `${String(status)} ${body}`;
          },
          servers,
        );
    });

    it("what speaks TLS shows the name of its Service, and says nothing in plain text", async () => {
      for (const workload of running(example).filter(isOwn)) {
        const { status } = await fetch(`http://127.0.0.1:${String(ports[workload].http)}/-/ready`);
        assert.equal(status, 400, workload);
      }
    });

    it("the frontend passes a query on to the queries, over TLS", async () => {
      const { body } = await ask(frontend, "/api/v1/query?query=vector(1)");
      assert.equal((JSON.parse(body) as { status: string }).status, "success", body);
    });

    const rules = running(example).includes("thanos-ruler") ? it : undefined;
    rules?.(
      "a ruler evaluates its rules by the queries, whose authority it trusts beside the public ones",
      async () => {
        await until(
          "a rule was evaluated",
          60,
          async () => {
            const { body } = await ask("thanos-ruler", "/api/v1/rules");
            const { groups } = (JSON.parse(body) as { data: { groups: Group[] } }).data;
            const rule = groups.flatMap(({ rules }) => rules).find(({ name }) => name === "vigil:trial");
            return rule?.health === "ok" ? true : JSON.stringify(rule ?? body);
          },
          servers,
        );
      },
    );

    it("Query reaches its stores over mutual TLS, and by the names in their certificates", async () => {
      const asked = (["thanos-receive", "thanos-store", "thanos-ruler"] as const).filter((workload) =>
        running(example).includes(workload),
      );
      await until(
        `Query reaches ${asked.join()}`,
        60,
        async () => {
          const { body } = await ask("thanos-query", "/api/v1/stores");
          const stores = Object.values(
            (JSON.parse(body) as { data: Record<string, { name: string; lastError: unknown }[]> }).data,
          ).flat();
          const well = asked.every((workload) =>
            stores.some(
              ({ name, lastError }) =>
                lastError === null && name.endsWith(`:${String(ports[workload].grpc)}`),
            ),
          );
          return well || body;
        },
        servers,
      );
    });

    /** As a pod of the cluster would: by the Service's name where there is a certificate for it. */
    async function ask(workload: ThanosWorkload, path: string): Promise<{ status: number; body: string }> {
      const address = `127.0.0.1:${String(ports[workload].http)}${path}`;
      const servername = `${workload}.${example.system.namespace}.svc.cluster.local`;
      if (isOwn(workload)) return get(`https://${address}`, { ca, servername });
      try {
        const answer = await fetch(`http://${address}`);
        return { status: answer.status, body: await answer.text() };
      } catch (error) {
        return { status: 0, body: String(error) };
      }
    }
  });

interface Group {
  readonly rules: readonly { readonly name: string; readonly health: string }[];
}

/** What the chart is given for the container's environment. */
function environmentOf(example: Example, workload: ThanosWorkload, root: string): Record<string, string> {
  const given = isOwn(workload) ? [] : (valuesOf(example, workload).extraEnv ?? []);
  // The authority lies where a pod has it mounted.
  return Object.fromEntries(given.map(({ name, value }) => [name, value.replace("/etc/vigil/tls", root)]));
}

type Ports = Record<ThanosWorkload, { readonly http: number; readonly grpc: number; readonly write: number }>;

async function portsOf(example: Example): Promise<Ports> {
  const workloads = running(example);
  const free = await freePorts(3 * workloads.length);
  const take = () => free.pop() ?? assert.fail("more ports than expected");
  return Object.fromEntries(
    workloads.map((workload) => [workload, { http: take(), grpc: take(), write: take() }]),
  ) as Ports;
}

/** Files that the pods of every workload mount, each below a directory of the workload's own. */
async function writeFiles(example: Example, root: string, ports: Ports): Promise<string> {
  let ca = "";
  for (const workload of running(example)) {
    const own = join(root, workload);
    const values = isOwn(workload) ? undefined : valuesOf(example, workload);
    const files: Record<string, string> = {
      "bucket/objstore.yml": toYaml({ type: "FILESYSTEM", config: { directory: join(root, "objects") } }),
      "bucket/hashrings.json": JSON.stringify(values?.hashrings?.static ?? []),
      // As the chart writes it.
      "bucket/query-urls.yaml": toYaml(
        (values?.query?.urls ?? []).map((url) => ({
          static_configs: [new URL(url).host],
          scheme: new URL(url).protocol.replace(":", ""),
        })),
      ),
      "rules/trial/trial.yaml": toYaml({
        groups: [{ name: "trial", interval: "1s", rules: [{ record: "vigil:trial", expr: "vector(1)" }] }],
      }),
      "bucket/alertmanagers.yaml": values?.alertmanagers?.config ?? "",
      ...configOf(example, workload),
    };
    for (const [name, text] of Object.entries(files)) {
      const path = join(own, name);
      await mkdir(join(path, ".."), { recursive: true });
      await writeFile(path, here(text, example, workload, root, ports));
    }
    const dnsNames = dnsNamesOf(workloadOf(example.system, workload));
    const request = { name: workload, commonName: workload, dnsNames, addresses: [] };
    ca = await issueCertificates(root, "example", [{ ...request, usage: ["server", "client"] }], false);
  }
  return ca;
}

function configOf(example: Example, workload: ThanosWorkload): Record<string, string> {
  const directories: Record<string, string> = { [workload]: "config", [`${workload}-web`]: "web" };
  return Object.fromEntries(
    objectsOf(example)
      .filter(({ kind }) => kind === "ConfigMap")
      .flatMap(({ metadata: { name: map }, data }) => {
        const directory = directories[map];
        if (directory === undefined) return [];
        return Object.entries(data as Record<string, string>).map(([name, text]) => [
          `${directory}/${name}`,
          text,
        ]);
      }),
  );
}

/** Paths of pods become those of this machine, and addresses of the cluster loopback's. */
function here(text: string, example: Example, workload: ThanosWorkload, root: string, ports: Ports): string {
  const own = join(root, workload);
  const domain = `\\.${example.system.namespace}\\.svc\\.cluster\\.local`;
  let result = text
    .replaceAll("/etc/vigil/tls/tls.crt", join(root, `${workload}.crt`))
    .replaceAll("/etc/vigil/tls/tls.key", join(root, `${workload}.key`))
    .replaceAll("/etc/vigil/tls/ca.crt", join(root, "ca.crt"))
    .replaceAll("/etc/vigil/thanos", join(own, "config"))
    .replaceAll("/etc/vigil/web", join(own, "web"))
    .replaceAll("/etc/vigil/rules", join(own, "rules"))
    .replaceAll("/etc/thanos", join(own, "bucket"))
    .replaceAll("/var/thanos", join(own, "state"))
    .replaceAll("0.0.0.0:10901", `127.0.0.1:${String(ports[workload].grpc)}`)
    .replaceAll("0.0.0.0:10902", `127.0.0.1:${String(ports[workload].http)}`)
    .replaceAll("0.0.0.0:10908", `127.0.0.1:${String(ports[workload].write)}`)
    // A name that the certificate holds, too.
    .replace(new RegExp(`thanos-query${domain}:10902`), `localhost:${String(ports["thanos-query"].http)}`)
    .replace(new RegExp(`dns\\+thanos-memcached${domain}:11211`), "127.0.0.1:11211");
  const served: Partial<Record<ThanosWorkload, string>> = {
    "thanos-receive": `thanos-receive-0\\.thanos-receive-headless${domain}`,
    "thanos-store": `dns\\+thanos-store-grpc${domain}`,
    "thanos-ruler": `thanos-ruler-0${domain}`,
  };
  for (const [name, address] of Object.entries(served)) {
    const port = (ports as Partial<Ports>)[name as ThanosWorkload]?.grpc;
    if (port !== undefined)
      result = result.replaceAll(new RegExp(`${address}:10901`, "g"), `127.0.0.1:${port}`);
  }
  return result;
}
