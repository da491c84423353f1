/** Stacks on machines that are each wrong in one way: see badInputs.ts. */
import type { BadInput } from "./badInputs.ts";
import { downloads, pair } from "./hostsStack.ts";

const [node1, node2, edge1, edge2] = pair;
const network = ["10.20.0.0/16"];
const cloud = { platform: "windows-azure", region: "eastus" };
const pc = { ...node1, name: "desktop", distribution: "Debian" };

function existing(machines: readonly unknown[], more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    platform: "windows-existing",
    grafana: "off",
    machines: { existing: machines, people: network, virtualAddress: "10.0.0.20", downloads, ...more },
  };
}

const without = (name: string): Record<string, unknown> =>
  Object.fromEntries(Object.entries(node1 ?? {}).filter(([key]) => key !== name));

const program = (name: string, change: Record<string, unknown>) => ({
  downloads: { ...downloads, [name]: { ...downloads["thanos"], ...change } },
});

export const badMachines: BadInput[] = [
  {
    what: "machines that exist, of which none is named",
    config: existing([]),
    key: "vigil:machines.existing",
    says: /got 0 machines of role node, expected at least 2/,
    mend: /name another/,
  },
  {
    what: "a machine without its host's key",
    config: existing([without("hostKey"), node2, edge1, edge2]),
    key: "vigil:machines.existing[0].hostKey",
    says: /whatever answers at 10\.0\.0\.11 would be given the stack's secrets/,
    mend: /ssh-keyscan -t ed25519 10\.0\.0\.11/,
  },
  {
    what: "a host's key that is a fingerprint",
    config: existing([{ ...node1, hostKey: "SHA256:abc" }, node2, edge1, edge2]),
    key: "vigil:machines.existing[0].hostKey",
    says: /got "SHA256:abc", expected a host's public key/,
    mend: /correct it/,
  },
  {
    what: "a machine by SSH without a user",
    config: existing([without("user"), node2, edge1, edge2]),
    key: "vigil:machines.existing[0].user",
    says: /missing, and node-1 is reached by ssh/,
    mend: /add it/,
  },
  {
    what: "two machines of one address",
    config: existing([node1, { ...node2, address: "10.0.0.11" }, edge1, edge2]),
    key: "vigil:machines.existing[1].address",
    says: /10\.0\.0\.11 is the address of existing\[0\] too/,
    mend: /give each machine its own/,
  },
  {
    what: "two edges without a shared address",
    config: existing([node1, node2, edge1, edge2], { virtualAddress: "" }),
    key: "vigil:machines.virtualAddress",
    says: /edge-1 and edge-2 share the address/,
    mend: /config set/,
  },
  {
    what: "an unknown role of a machine",
    config: existing([{ ...node1, role: "server" }, node2, edge1, edge2]),
    key: "vigil:machines.existing[0].role",
    says: /got "server", expected one of node, edge/,
    mend: /correct it/,
  },
  {
    what: "a machine of this kind that Pulumi does not run on",
    config: existing([{ ...node1, connection: "local" }, node2, edge1, edge2]),
    key: "vigil:machines.existing[0].connection",
    says: /got local, and this machine runs linux, while a machine of role node runs Windows/,
    mend: /by ssh/,
  },
  {
    what: "history on machines that exist",
    config: existing([node1, node2, edge1, edge2], { history: true }),
    key: "vigil:machines.history",
    says: /long-term storage is a cloud's bucket/,
    mend: /config rm/,
  },
  {
    what: "one PC that is two",
    config: { ...existing([node1, node2]), layout: "desktop" },
    key: "vigil:machines.existing",
    says: /got node-1 \(node\), node-2 \(node\), and layout desktop is exactly one PC/,
    mend: /vigil:layout' cluster/,
  },
  {
    what: "one PC in a cloud",
    config: { ...cloud, layout: "desktop", machines: { people: network } },
    key: "vigil:layout",
    says: /windows-azure makes machines of a cloud/,
    mend: /windows-existing/,
  },
  {
    what: "HAProxy for Windows that nobody has named",
    config: { ...existing([pc], { haproxy: "windows" }), layout: "desktop" },
    key: "vigil:machines.downloads.haproxy",
    says: /HAProxy's own project has no build/,
    mend: /add its url and sha256/,
  },
  {
    what: "WSL2 without a distribution",
    config: { ...existing([{ ...pc, distribution: undefined }], { haproxy: "wsl" }), layout: "desktop" },
    key: "vigil:machines.existing[0].distribution",
    says: /HAProxy runs in a distribution/,
    mend: /wsl --list/,
  },
  {
    what: "machines that exist, in a cloud that makes its own",
    config: { ...cloud, machines: { existing: [node1], people: network } },
    key: "vigil:machines.existing",
    says: /got node-1, and windows-azure makes its machines itself/,
    mend: /windows-existing/,
  },
  {
    what: "a Bastion on AWS",
    config: { platform: "windows-aws", region: "us-east-1", machines: { people: network, bastion: true } },
    key: "vigil:machines.bastion",
    says: /Session Manager/,
    mend: /config rm/,
  },
  {
    what: "a network too small for machines",
    config: { ...cloud, network: { cidr: "10.0.0.0/28" }, machines: { people: network } },
    key: "vigil:network.cidr",
    says: /not a network of \/16 to \/23/,
    mend: /config set/,
  },
  {
    what: "an image that is none of the cloud's",
    config: { ...cloud, machines: { people: network, images: { node: "ami-0123456789" } } },
    key: "vigil:machines.images.node",
    says: /publisher:offer:sku:version/,
    mend: /config set/,
  },
  {
    what: "machines that nobody may reach",
    config: { ...cloud, machines: { downloads } },
    key: "vigil:machines.people",
    says: /nobody could open a user interface/,
    mend: /config set/,
  },
  {
    what: "machines that the internet may reach",
    config: { ...cloud, machines: { people: ["0.0.0.0/0"] } },
    key: "vigil:machines.people[0]",
    says: /most of the internet/,
    mend: /name them/,
  },
  {
    what: "a program without a checksum",
    config: {
      ...cloud,
      grafana: "off",
      machines: { people: network, downloads: { ...downloads, thanos: undefined } },
    },
    key: "vigil:machines.downloads.thanos",
    says: /no published SHA-256 of thanos 0\.42\.0 for Windows is known/,
    mend: /sha256/,
  },
  {
    what: "a checksum that is none",
    config: { ...cloud, machines: { people: network, ...program("prometheus", { sha256: "abc" }) } },
    key: "vigil:machines.downloads.prometheus.sha256",
    says: /64 small hexadecimal digits/,
    mend: /config set/,
  },
  {
    what: "a download of a program that there is not",
    config: { ...cloud, machines: { people: network, ...program("promtheus", {}) } },
    key: "vigil:machines.downloads.promtheus",
    says: /did you mean prometheus/,
    mend: /rename or remove/,
  },
  {
    what: "a plugin of Grafana's without a build",
    config: {
      ...cloud,
      machines: { people: network, downloads, grafana: { plugins: ["redis-datasource"] } },
    },
    key: "vigil:machines.downloads.redis-datasource",
    says: /asks for this plugin/,
    mend: /add the url and sha256/,
  },
  {
    what: "a port of a name that there is not",
    config: { ...cloud, machines: { people: network, ports: { "prometheus.htp": 9090 } } },
    key: "vigil:machines.ports.prometheus.htp",
    says: /did you mean prometheus\.http/,
    mend: /rename or remove/,
  },
  {
    what: "a port for two services of a machine",
    config: existing([node1, node2, edge1, edge2], { ports: { "pushgateway.http": 9090 } }),
    key: "layout.pushgateway (http)",
    says: /port 9090 of 10\.0\.0\.11 is taken by prometheus-1 \(http\)/,
    mend: /another port/,
  },
  {
    what: "a folder with a space and an umlaut",
    config: existing([node1, node2, edge1, edge2], { directory: "C:\\Program Files\\Überwachung" }),
    key: "vigil:machines.directory",
    says: /an absolute path such as C:\\Prometheus/,
    mend: /config set/,
  },
];
