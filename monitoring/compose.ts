/**
 * A service plan as a Compose file: a container a service, one private network without a way out, and a second one for
 * what is published at the host's loopback address or calls out.
 *
 * @see https://github.com/compose-spec/compose-spec/blob/main/spec.md
 */
import { containerContents, type ContainerContents } from "./compose/contents.ts";
import { containerHealth, type ContainerHealth } from "./compose/healthChecks.ts";
import { imageFor, imageOf, type Containerised } from "./compose/images.ts";
import { containerRoot, publishedAddress } from "./compose/layout.ts";
import type { Layout, Service, ServicePlan } from "./hosts.ts";
import type { Component, Sizing } from "./model.ts";
import { bytes } from "./units.ts";
import { toYaml } from "./yaml.ts";

export interface ComposeOptions {
  /** `uid:gid` of the containers: of the owner of the files, which nobody else can read. */
  readonly user: string;
  /** Version of each program's image, three numbers. */
  readonly versions: Readonly<Record<Containerised, string>>;
  /** The layout's private network (see `containerLayout`). */
  readonly network: string;
  /** Limits of memory and processors. */
  readonly sizing: readonly Sizing[];
  /** Components that call what is not in the stack, such as the address that alerts are posted to. */
  readonly callsOut: readonly Component[];
  /** The project's folder, absolute or relative to the Compose file: the demo's program and its packages. */
  readonly project: string;
}

export interface ComposeStack {
  /** Text of compose.yaml, relative to whose folder all sources are. */
  readonly file: string;
  /** What `./containers/<service>` holds, which the service sees as the stack's folder. */
  readonly containers: readonly ContainerContents[];
}

/** Absolute path of the demo's program in its container. */
export const demoInContainer = "/opt/vigil/demo/main.ts";

/** First line of a stack's compose.yaml, by which its folder is known. */
export function composeHeader(stack: string): string {
  return `# Stack ${stack}, written by "npm run compose": changes are overwritten.`;
}

/** @throws when an image's version is no pin. */
export function composeStack(plan: ServicePlan, layout: Layout, options: ComposeOptions): ComposeStack {
  const parts = plan.services.map((service) => {
    const health = containerHealth(service, {
      certificateAuthorityFile: `${containerRoot}/tls/ca.crt`,
      username: layout.users.scrape,
      passwordFile: `${containerRoot}/secrets/scrape`,
    });
    return { service, health, contents: containerContents(service, health) };
  });
  const checked = new Set(parts.flatMap(({ service, health }) => (health ? [service.name] : [])));
  const services = parts.map((part) => [part.service.name, container(part, checked, layout, options)]);
  const document = toYaml({
    name: `vigil-${plan.stack}`,
    services: Object.fromEntries(services) as unknown,
    networks: {
      inside: { internal: true, ipam: { config: [{ subnet: `${options.network}.0/24` }] } },
      outside: {},
    },
  });
  return {
    file: `${composeHeader(plan.stack)}\n${document}`,
    containers: parts.map(({ contents }) => contents),
  };
}

interface Part {
  readonly service: Service;
  readonly health: ContainerHealth | undefined;
  readonly contents: ContainerContents;
}

function container(
  part: Part,
  checked: ReadonlySet<string>,
  layout: Layout,
  options: ComposeOptions,
): object {
  const { service, health } = part;
  const edge = service.component === "haproxy";
  return {
    image: imageOf(service.executable, options.versions),
    hostname: service.name,
    user: options.user,
    entrypoint: [imageFor(service.executable).program],
    command: service.arguments.map(literal),
    environment: service.environment && mapValues(service.environment, literal),
    working_dir: service.workingDirectory,
    restart: "unless-stopped",
    stop_grace_period: service.stopTimeout,
    read_only: true,
    tmpfs: ["/tmp:size=64m,mode=1777"],
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    // Otherwise a talkative service fills the disk.
    logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
    deploy: { resources: { limits: limits(service.component, options.sizing) } },
    networks: {
      inside: { ipv4_address: addressOf(service, layout) },
      ...(edge || options.callsOut.includes(service.component) ? { outside: {} } : {}),
    },
    ports: edge ? Object.values(layout.edge).map(published) : undefined,
    volumes: volumes(part, options),
    healthcheck: health && {
      test: health.test.map(literal),
      interval: "5s",
      timeout: "4s",
      retries: 3,
      start_period: "60s",
    },
    depends_on:
      service.after.length === 0
        ? undefined
        : Object.fromEntries(
            service.after.map((name) => [
              name,
              { condition: checked.has(name) ? "service_healthy" : "service_started" },
            ]),
          ),
  };
}

function volumes({ service, contents }: Part, { project }: ComposeOptions): object[] {
  const { name } = service;
  const own = `./containers/${name}`;
  const writable = (source: string, target: string): object => bind(source, `${containerRoot}/${target}`);
  return [
    { ...bind(own, containerRoot), read_only: true },
    ...contents.data.map((data) => writable(`./data/${data}`, `data/${data}`)),
    // Its socket lies among its files.
    ...(service.executable === "haproxy" ? [writable(`${own}/services/${name}`, `services/${name}`)] : []),
    ...(service.executable === "node"
      ? ["demo", "node_modules", "package.json"].map((part) => ({
          ...bind(`${project}/${part}`, `/opt/vigil/${part}`),
          read_only: true,
        }))
      : []),
  ];
}

/** A source that is missing is an error, not an empty directory of root's. */
function bind(source: string, target: string): object {
  return { type: "bind", source: literal(source), target, bind: { create_host_path: false } };
}

function published(port: number): object {
  return { target: port, published: String(port), host_ip: publishedAddress, protocol: "tcp", mode: "host" };
}

function limits(component: Component, sizing: readonly Sizing[]): object {
  const own = sizing.find((candidate) => candidate.component === component)?.limits;
  return {
    pids: 512,
    ...(own && { cpus: String(own.cpu), memory: `${String(Math.ceil(bytes(own.memory) / 2 ** 20))}m` }),
  };
}

function addressOf({ name, component }: Service, { instances }: Layout): string {
  const instance =
    instances.find((candidate) => candidate.name === name) ??
    instances.find((candidate) => candidate.component === component);
  if (instance === undefined) throw new Error(`layout: ${name} is in the plan and has no address; add it`);
  return instance.address;
}

/** Compose replaces `$NAME` in every text. */
function literal(text: string): string {
  return text.replaceAll("$", "$$$$");
}

function mapValues(record: Readonly<Record<string, string>>, change: (text: string) => string): object {
  return Object.fromEntries(Object.entries(record).map(([name, text]) => [name, change(text)]));
}
