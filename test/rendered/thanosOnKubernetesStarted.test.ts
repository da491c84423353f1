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
import { commandLines, objectsOf, running, valuesOf, type ThanosWorkload } from "./thanosChart.ts";

const frontend = "thanos-query-frontend";
type Started = ThanosWorkload | typeof frontend;

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
          line.map((flag) => here(flag, example, workload as Started, root, ports)),
        ),
      );
    });

    after(async () => {
      await stop(servers);
      await rm(root, { recursive: true });
    });

    it("every component is ready, where the chart's probes ask", async () => {
      for (const workload of running(example))
        await until(`${workload} is ready`, 60, () => answers(ports, workload, "/-/ready"), servers);
    });

    it("the frontend is ready over TLS, under the name in its certificate, and so are its queries", async () => {
      const host = `${frontend}.${example.system.namespace}.svc.cluster.local`;
      const url = `https://127.0.0.1:${String(ports[frontend].http)}`;
      await until(
        "the frontend is ready",
        60,
        async () => {
          const { status, body } = await get(`${url}/-/ready`, { ca, servername: host });
          return status === 200 ? true : `${String(status)} ${body}`;
        },
        servers,
      );
      const { body } = await get(`${url}/api/v1/query?query=vector(1)`, { ca, servername: host });
      assert.equal((JSON.parse(body) as { status: string }).status, "success");
    });

    it("Query reaches its stores over mutual TLS, and by the names in their certificates", async () => {
      const asked = (["thanos-receive", "thanos-store", "thanos-ruler"] as const).filter((workload) =>
        running(example).includes(workload),
      );
      await until(
        `Query reaches ${asked.join()}`,
        60,
        async () => {
          const body = await bodyOf(ports, "thanos-query", "/api/v1/stores");
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
  });

type Ports = Record<Started, { readonly http: number; readonly grpc: number; readonly write: number }>;

async function portsOf(example: Example): Promise<Ports> {
  const workloads: Started[] = [...running(example), frontend];
  const free = await freePorts(3 * workloads.length);
  const take = () => free.pop() ?? assert.fail("more ports than expected");
  return Object.fromEntries(
    workloads.map((workload) => [workload, { http: take(), grpc: take(), write: take() }]),
  ) as Ports;
}

/** Files that the pods of every workload mount, each below a directory of the workload's own. */
async function writeFiles(example: Example, root: string, ports: Ports): Promise<string> {
  let ca = "";
  for (const workload of [...running(example), frontend] as const) {
    const own = join(root, workload);
    const values = workload === frontend ? undefined : valuesOf(example, workload);
    const files: Record<string, string> = {
      "bucket/objstore.yml": toYaml({ type: "FILESYSTEM", config: { directory: join(root, "objects") } }),
      "bucket/hashrings.json": JSON.stringify(values?.hashrings?.static ?? []),
      "bucket/query-urls.yaml": toYaml([
        { static_configs: [`127.0.0.1:${String(ports["thanos-query"].http)}`] },
      ]),
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

function configOf(example: Example, workload: Started): Record<string, string> {
  const withConfig: readonly Started[] = ["thanos-query", frontend, "thanos-store", "thanos-receive"];
  if (!withConfig.includes(workload)) return {};
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
function here(text: string, example: Example, workload: Started, root: string, ports: Ports): string {
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
    .replace(new RegExp(`thanos-query${domain}:10902`), `127.0.0.1:${String(ports["thanos-query"].http)}`)
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

async function bodyOf(ports: Ports, workload: ThanosWorkload, path: string): Promise<string> {
  const answer = await fetch(`http://127.0.0.1:${String(ports[workload].http)}${path}`);
  return answer.text();
}

async function answers(ports: Ports, workload: ThanosWorkload, path: string): Promise<true | string> {
  try {
    const { status } = await fetch(`http://127.0.0.1:${String(ports[workload].http)}${path}`);
    return status === 200 ? true : String(status);
  } catch (error) {
    return String(error);
  }
}
