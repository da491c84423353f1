/** Faults of the stack itself, each with what the people on call must hear of it: these alerts, and no other. */
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { issueCertificates } from "../components/local/authority.ts";
import { startService, stopService } from "../components/local/control.ts";
import type { CertificateRequest } from "../monitoring/hosts.ts";
import { serviceUrls } from "./alertmanagers.ts";
import type { StackClient } from "./stackClient.ts";

export interface StackFault {
  /** What is done, as a person would say it. */
  readonly what: string;
  /** Names of the alerts that must be told, each once. */
  readonly tells: readonly string[];
  /** Seconds from its mend to the last word of it, where a long window still holds it. @default the drill's patience */
  readonly overWithin?: number;
  /** @returns what mends it */
  readonly cause: (stack: StackClient) => Promise<() => Promise<void>>;
}

/** A service is stopped: neither the supervisor nor anybody else starts it again. */
function stopped(services: readonly string[], tells: readonly string[]): StackFault {
  return {
    what: `${services.join(" and ")} ${services.length === 1 ? "is" : "are"} stopped`,
    tells,
    cause: async ({ inventory }) => {
      for (const service of services) await stopService(inventory, service);
      return async () => {
        for (const service of services) await startService(inventory, service);
      };
    },
  };
}

/** A file of a service is changed by hand, and the service told to read it. */
function changedFile(
  what: string,
  [service, file]: readonly [service: string, file: string],
  change: (text: string) => string,
  tells: readonly string[],
): StackFault {
  return {
    what,
    tells,
    cause: async (stack) => {
      const path = join(stack.inventory.paths.services, service, file);
      const whole = await readFile(path, "utf8");
      const write = async (text: string): Promise<void> => {
        await writeFile(path, text);
        await reload(stack, service);
      };
      const changed = change(whole);
      if (changed === whole) throw new Error(`nothing of ${path} was changed`);
      await write(changed);
      return async () => write(whole);
    },
  };
}

function brokenFile(service: string, file: string, tells: readonly string[]): StackFault {
  const what = `${file} of ${service} is broken and read again`;
  return changedFile(what, [service, file], (text) => `${text}\nbroken: [\n`, tells);
}

async function reload(stack: StackClient, service: string): Promise<void> {
  const component = service.replace(/-\d+$/, "") as "prometheus" | "alertmanager";
  const found = serviceUrls(stack, component).find((one) => one.service === service);
  if (found === undefined) throw new Error(`the stack has no ${service}`);
  // A file that is refused is answered with 500: that is what is wanted.
  await stack.request(`${found.url}/-/reload`, { method: "POST", as: "reload" });
}

/** In the place of a service something answers at its address, with its certificate, and knows no metrics. */
function answersWrongly(service: string, tells: readonly string[]): StackFault {
  return {
    what: `${service} answers every request with 500`,
    tells,
    cause: async ({ inventory }) => {
      const port = inventory.services.find(({ name }) => name === service)?.ports[0];
      if (port === undefined) throw new Error(`the stack has no ${service}`);
      const file = async (ending: string): Promise<Buffer> =>
        readFile(join(inventory.paths.certificates, `${service}.${ending}`));
      const server = createServer(
        { cert: await file("crt"), key: await file("key") },
        (_request, response) => {
          response.writeHead(500).end("no metrics today\n");
        },
      );
      await stopService(inventory, service);
      server.listen(port.number, port.address);
      await once(server, "listening");
      return async () => {
        server.close();
        server.closeAllConnections();
        await startService(inventory, service);
      };
    },
  };
}

/** So little memory is allowed that nearly all of it is used, and nothing is refused yet: a refused signal is lost, rightly told. */
function redisCrowded(name: string): StackFault {
  return {
    what: `92 % of the maxmemory of ${name} are used`,
    tells: ["RedisMemoryNearLimit"],
    cause: async (stack) => {
      const redis = await redisOf(stack, name);
      const used = Number(/^used_memory:(\d+)/m.exec(await redis.info("memory"))?.[1]);
      const [, before = "0"] = (await redis.call("CONFIG", "GET", "maxmemory")) as string[];
      await redis.call("CONFIG", "SET", "maxmemory", Math.ceil(used / 0.92));
      return async () => {
        await redis.call("CONFIG", "SET", "maxmemory", before);
        redis.disconnect();
      };
    },
  };
}

/**
 * A folder lies where Redis puts its snapshot. By default it would refuse writes from then on, and the signals that are lost
 * would be told as well.
 */
function redisUnsaved(name: string): StackFault {
  return {
    what: `${name} cannot write its snapshot`,
    tells: ["RedisPersistenceFailing"],
    cause: async (stack) => {
      const redis = await redisOf(stack, name);
      const [, directory = ""] = (await redis.call("CONFIG", "GET", "dir")) as string[];
      const snapshot = join(directory, "dump.rdb");
      const save = async (): Promise<void> => {
        await redis.call("BGSAVE", "SCHEDULE");
      };
      const stopWrites = async (answer: "yes" | "no"): Promise<unknown> =>
        redis.call("CONFIG", "SET", "stop-writes-on-bgsave-error", answer);
      await stopWrites("no");
      await rm(snapshot, { force: true });
      await mkdir(snapshot, { mode: 0o700 });
      await save();
      return async () => {
        await rm(snapshot, { recursive: true, force: true });
        await save();
        await stopWrites("yes");
        redis.disconnect();
      };
    },
  };
}

async function redisOf({ inventory }: StackClient, name: string) {
  const { Redis } = await import("ioredis");
  const port = inventory.services.find((service) => service.name === name)?.ports[0];
  if (port === undefined) throw new Error(`the stack has no ${name}`);
  const password = (await readFile(join(inventory.paths.secrets, "redis-password"), "utf8")).trim();
  return new Redis({ host: port.address, port: port.number, password, lazyConnect: false });
}

/** Pushes that are no metrics: a batch job that has lost its way. */
const garbagePushed: StackFault = {
  what: "garbage is pushed to the PushGateways",
  tells: ["PushgatewayPushesRejected"],
  cause: async (stack) => {
    const push = async (): Promise<void> => {
      for (const { url } of serviceUrls(stack, "pushgateway"))
        await stack.request(`${url}/metrics/job/lost`, { method: "POST", body: "this is {no metric\n" });
    };
    // The first makes the counter, the next ones let it increase.
    await push();
    const again = setInterval(() => {
      push().catch(() => undefined);
    }, 2_000);
    return async () => {
      clearInterval(again);
      return Promise.resolve();
    };
  },
};

/** A certificate that somebody forgot to renew. */
const certificateExpires: StackFault = {
  what: "the certificate of a service lasts for a day only",
  tells: ["ServerCertificateExpiresSoon"],
  cause: async (stack) => {
    const { inventory } = stack;
    const service = inventory.services.find(({ component }) => component === "pushgateway");
    if (service === undefined) throw new Error("the stack has no pushgateway");
    const request: CertificateRequest = {
      name: service.name,
      commonName: service.name,
      dnsNames: [service.name, "localhost"],
      addresses: [...new Set(service.ports.map(({ address }) => address))],
      usage: ["server", "client"],
    };
    const issue = async (days?: number): Promise<void> => {
      await issueCertificates(inventory.paths.certificates, "drill", [request], true, days);
    };
    await issue(1);
    return async () => issue();
  },
};

/** Connections that ask nothing and stay: four fifths of what the edge takes, and then some. */
const edgeCrowded: StackFault = {
  what: "850 idle connections crowd the edge",
  tells: ["EdgeSessionsNearLimit"],
  cause: (stack) => {
    const { hostname, port } = new URL(stack.endpoint("home"));
    const sockets: Socket[] = [];
    const open = (): void => {
      const socket = connect(Number(port), hostname);
      socket.on("error", () => undefined);
      // The edge gives up on who says nothing for 10 s; the crowd comes back.
      socket.on("close", () => {
        if (crowded) open();
      });
      sockets.push(socket);
    };
    let crowded = true;
    for (let count = 0; count < 850; count++) open();
    return Promise.resolve(() => {
      crowded = false;
      for (const socket of sockets) socket.destroy();
      return Promise.resolve();
    });
  },
};

/** A process that dies again and again, and is seen alive in between. */
function dies(service: string, times: number, tells: readonly string[]): StackFault {
  return {
    what: `${service} dies ${String(times)} times`,
    tells,
    // Half an hour, six times as quick.
    overWithin: 360,
    cause: async (stack) => {
      for (let count = 0; count < times; count++) {
        const pid = (await stack.processes()).get(service)?.pid;
        const killed = Date.now() / 1_000;
        if (pid !== undefined) process.kill(pid, "SIGKILL");
        await back(stack, service, pid, killed);
      }
      return async () => Promise.resolve();
    },
  };
}

/** Waits until a service runs under another process, answers, and has been scraped. @throws after a minute */
async function back(
  stack: StackClient,
  service: string,
  pid: number | undefined,
  killed: number,
): Promise<void> {
  const started = `process_start_time_seconds{instance="${service}"} > ${String(killed)}`;
  const deadline = Date.now() + 60_000;
  for (;;) {
    const now = (await stack.processes()).get(service)?.pid;
    const runs = now !== undefined && now !== pid && (await stack.unhealthy(service)) === undefined;
    if (runs && (await stack.query(started)).length > 0) return;
    if (Date.now() > deadline) throw new Error(`${service} did not come back within 60 s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Alerts that are independent of each other, so that all of them may be caused at once. */
export const independentFaults: readonly StackFault[] = [
  stopped(["prometheus-2"], ["PrometheusDown"]),
  stopped(["thanos-compactor"], ["ThanosCompactorUnavailable"]),
  stopped(["redis-2"], ["RedisDown"]),
  garbagePushed,
  certificateExpires,
];

/** Every fault that is tried, one after the other. */
export const stackFaults: readonly StackFault[] = [
  ...independentFaults,
  stopped(["prometheus-1"], ["PrometheusDown"]),
  stopped(["alertmanager-2"], ["TargetDown"]),
  stopped(["thanos-query-1"], ["TargetDown"]),
  stopped(["thanos-query-frontend"], ["ThanosQueryFrontendUnavailable"]),
  stopped(["thanos-store"], ["ThanosStoreUnavailable"]),
  stopped(["thanos-ruler-1", "thanos-ruler-2"], ["ThanosRulerUnavailable"]),
  stopped(["thanos-sidecar-1"], ["TargetDown"]),
  stopped(["blackbox-exporter"], ["TargetDown"]),
  stopped(["node-exporter"], ["TargetDown"]),
  answersWrongly("node-exporter", ["TargetDown"]),
  brokenFile("prometheus-1", "rules.yml", ["PrometheusConfigReloadFailed"]),
  brokenFile("alertmanager-1", "alertmanager.yml", ["AlertmanagerConfigReloadFailed"]),
  redisCrowded("redis-1"),
  redisUnsaved("redis-1"),
  dies("prometheus-2", 3, ["PrometheusRestarting"]),
  edgeCrowded,
];

/** Of a stack that writes to Thanos Receive. The receivers know writers by certificates, so a wrong path stands for a wrong password. */
export const receiveFaults: readonly StackFault[] = [
  changedFile(
    "the receivers refuse what prometheus-1 writes",
    ["prometheus-1", "prometheus.yml"],
    (text) => text.replaceAll("/api/v1/receive", "/api/v1/refused"),
    ["PrometheusRemoteWriteFailing"],
  ),
];
