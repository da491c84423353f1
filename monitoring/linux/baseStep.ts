/** The first step of a Linux machine: packages, kernel settings, the firewall. */
import type { Machine, MachineStep } from "../machines.ts";
import { baseStep } from "../machineTurns.ts";
import { preamble, quote } from "./bash.ts";
import { renderFirewall } from "./firewall.ts";
import { linuxFolders, type LinuxOptions } from "./options.ts";

/** Packages of the distribution that the steps call, or that the machine serves with. */
export function packagesOf(machine: Machine, sharedAddress?: string): string[] {
  const edge =
    machine.role === "edge" ? ["haproxy", ...(sharedAddress === undefined ? [] : ["keepalived"])] : [];
  return ["ca-certificates", "curl", "nftables", "procps", ...edge].sort();
}

/** Kernel settings of a machine, by name. */
export function kernelSettings(sharedAddress?: string): Readonly<Record<string, string>> {
  return {
    // A burst of people who open a dashboard is not refused.
    "net.core.somaxconn": "4096",
    // HAProxy binds the shared address on the edge that does not have it yet.
    ...(sharedAddress === undefined ? {} : { "net.ipv4.ip_nonlocal_bind": "1" }),
    // What is dumped of a process may hold passwords.
    "fs.suid_dumpable": "0",
    "kernel.core_pattern": "|/bin/false",
  };
}

export function renderBaseStep(machine: Machine, options: LinuxOptions): MachineStep {
  const { settings, lock, services } = options.folders ?? linuxFolders;
  const { sharedAddress } = options;
  const peers =
    sharedAddress === undefined || machine.role !== "edge"
      ? []
      : options.machines.filter(({ role, name }) => role === "edge" && name !== machine.name);
  const firewall = renderFirewall(machine, { ...options, peers: peers.map(({ address }) => address) });
  const kernel = Object.entries(kernelSettings(machine.role === "edge" ? sharedAddress : undefined));
  const name = baseStep(machine.name);
  const head = [
    "# shellcheck disable=SC2016 # texts for others hold dollar signs",
    ...preamble(name, lock),
    "export DEBIAN_FRONTEND=noninteractive",
    `settings=${quote(settings)}`,
    "",
  ];
  return {
    name,
    machine: machine.name,
    shell: "bash",
    install: [
      ...head,
      ...installPackages(packagesOf(machine, sharedAddress), settings),
      write,
      `install -d -m 0755 ${quote(services)}`,
      `printf '%s\\n' ${kernel.map(([key, value]) => quote(`${key} = ${value}`)).join(" ")} | write sysctl.d/60-vigil.conf 'sysctl --quiet --load'`,
      `printf %s ${quote(firewall)} | write nftables.d/vigil.nft 'nft --file'`,
      `printf %s ${quote(firewallUnit(settings))} | write systemd/system/vigil-firewall.service ':'`,
      "systemctl daemon-reload",
      "systemctl enable --quiet vigil-firewall.service",
      `printf '%s: prepared\\n' "$step"`,
      "",
    ].join("\n"),
    remove: [
      ...head,
      "systemctl disable --quiet --now vigil-firewall.service || true",
      'rm -f "$settings/sysctl.d/60-vigil.conf" "$settings/nftables.d/vigil.nft"',
      'rm -f "$settings/systemd/system/vigil-firewall.service" "$settings/apt/preferences.d/vigil-haproxy"',
      "systemctl daemon-reload",
      "nft delete table inet vigil 2> /dev/null || true",
      `printf '%s: taken away; packages stay\\n' "$step"`,
      "",
    ].join("\n"),
    values: [],
    after: [],
  };
}

/** Commands that install what is absent, and keep HAProxy to its series where it is among them. */
export function installPackages(packages: readonly string[], settings: string): string[] {
  return [
    // The first boot installs, too.
    "if command -v cloud-init > /dev/null; then cloud-init status --wait > /dev/null || true; fi",
    `packages=(${packages.join(" ")})`,
    "absent=()",
    'for package in "${packages[@]}"; do',
    `  if [ "$(dpkg-query --show --showformat '\${db:Status-Status}' "$package" 2> /dev/null)" != installed ]; then`,
    '    absent+=("$package")',
    "  fi",
    "done",
    "if ((${#absent[@]})); then",
    "  apt-get --quiet --option DPkg::Lock::Timeout=300 update",
    '  apt-get --quiet --option DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${absent[@]}"',
    // The packages start their own services; ours are other ones.
    '  for package in "${absent[@]}"; do',
    '    case $package in haproxy | keepalived) systemctl disable --quiet --now "$package.service" || true ;; esac',
    "  done",
    "fi",
    "",
    ...(packages.includes("haproxy") ? [`settings=${quote(settings)}`, ...keepHaproxySeries] : []),
  ];
}

/** Even second numbers are supported for five years. https://www.haproxy.org/, table of versions */
const keepHaproxySeries = [
  "version=$(haproxy -v | sed -n 's/^HAProxy version \\([0-9]*\\.[0-9]*\\).*/\\1/p')",
  "major=${version%.*} minor=${version#*.}",
  'if [ -z "$version" ] || ((major * 100 + minor < 206 || minor % 2)); then',
  '  printf \'%s: HAProxy %s is not a long-term series from 2.6 on; give the machine a newer distribution\\n\' "$step" "$version" >&2',
  "  exit 1",
  "fi",
  'mkdir -p "$settings/apt/preferences.d"',
  'printf \'Package: haproxy\\nPin: version %s.*\\nPin-Priority: 1001\\n\' "$version" > "$settings/apt/preferences.d/vigil-haproxy"',
  "",
];

/** Replaces a file when it differs and only then has it read; a text that is refused leaves the old one in place. */
const write = `# Path below the folder of settings, command that reads a file.
write() {
  local path=$settings/$1
  mkdir -p "$(dirname "$path")"
  cat > "$path.new"
  if ! cmp -s "$path.new" "$path"; then
    $2 "$path.new"
    chmod 0644 "$path.new"
    mv -f "$path.new" "$path"
  fi
  rm -f "$path.new"
}
`;

/** The table is there before the network is. */
function firewallUnit(settings: string): string {
  return [
    "[Unit]",
    "Description=Ports of Vigil",
    "DefaultDependencies=no",
    "Wants=network-pre.target",
    "Before=network-pre.target shutdown.target",
    "Conflicts=shutdown.target",
    "After=local-fs.target nftables.service",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    `ExecStart=/usr/sbin/nft --file ${settings}/nftables.d/vigil.nft`,
    "",
    "[Install]",
    "WantedBy=sysinit.target",
    "",
  ].join("\n");
}
