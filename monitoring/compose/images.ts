import type { Executable } from "../hosts.ts";

export interface Image {
  readonly repository: string;
  /** What the tag has before and after the version. */
  readonly tag: readonly [before: string, after: string];
  /** Absolute path of the program in the image. */
  readonly program: string;
}

/** What there is an image of that runs beside the others: a Windows host is no container's. */
export type Containerised = Exclude<Executable, "windows_exporter">;

/** The official image of each program. */
export const images: Readonly<Record<Containerised, Image>> = {
  prometheus: { repository: "prom/prometheus", tag: ["v", ""], program: "/bin/prometheus" },
  thanos: { repository: "quay.io/thanos/thanos", tag: ["v", ""], program: "/bin/thanos" },
  alertmanager: { repository: "prom/alertmanager", tag: ["v", ""], program: "/bin/alertmanager" },
  pushgateway: { repository: "prom/pushgateway", tag: ["v", ""], program: "/bin/pushgateway" },
  node_exporter: { repository: "prom/node-exporter", tag: ["v", ""], program: "/bin/node_exporter" },
  blackbox_exporter: {
    repository: "prom/blackbox-exporter",
    tag: ["v", ""],
    program: "/bin/blackbox_exporter",
  },
  redis_exporter: { repository: "oliver006/redis_exporter", tag: ["v", ""], program: "/redis_exporter" },
  "redis-server": { repository: "redis", tag: ["", ""], program: "/usr/local/bin/redis-server" },
  haproxy: { repository: "haproxy", tag: ["", ""], program: "/usr/local/sbin/haproxy" },
  grafana: { repository: "grafana/grafana", tag: ["", ""], program: "/usr/share/grafana/bin/grafana" },
  node: { repository: "node", tag: ["", "-slim"], program: "/usr/local/bin/node" },
};

/**
 * Versions of the images of programs that a host takes from its distribution, which patches them under the old number:
 * the last patch release of the same line, or of the oldest one that is still free software (Redis 7.2).
 */
export const distributionImages: Readonly<Partial<Record<Containerised, string>>> = {
  haproxy: "2.6.23",
  "redis-server": "7.2.11",
};

/** The image of a program. @throws when it is a Windows host's own. */
export function imageFor(executable: Executable): Image {
  if (executable === "windows_exporter")
    throw new Error(
      "windows_exporter reads a Windows host, which no container is; leave it out of the layout",
    );
  return images[executable];
}

/** `repository:tag` of a program. @throws when the version is not three numbers: a tag that moves is no pin. */
export function imageOf(executable: Executable, versions: Readonly<Record<Containerised, string>>): string {
  const { repository, tag } = imageFor(executable);
  const version = (versions as Readonly<Partial<Record<Executable, string>>>)[executable] ?? "";
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(
      `image of ${executable}: version "${version}" is not a pin; expected three numbers such as 3.15.0`,
    );
  return `${repository}:${tag.join(version)}`;
}
