/** The step that lets two edges share an address. */
import type { Layout } from "../hosts.ts";
import type { Machine, MachineStep } from "../machines.ts";
import { serviceStep } from "../machineTurns.ts";
import { preamble, quote } from "./bash.ts";
import { interfacePlaceholder, renderKeepalived } from "./keepalived.ts";
import { linuxFolders, type LinuxOptions } from "./options.ts";

/**
 * @param haproxy name of the machine's HAProxy, which must be well before its machine may lead.
 * @param before steps of the edges before this one.
 * @throws when no address is shared, or the layout has no home page to ask for.
 */
export function renderKeepalivedStep(
  machine: Machine,
  layout: Layout,
  haproxy: string,
  before: readonly string[],
  options: LinuxOptions,
): MachineStep {
  const { sharedAddress, machines } = options;
  const { settings, lock } = options.folders ?? linuxFolders;
  const port = layout.edge.home;
  if (sharedAddress === undefined || port === undefined)
    throw new Error(
      `keepalived of ${machine.name}: no shared address or no home page in the layout; give both`,
    );
  const check = `${settings}/vigil/haproxy-is-well`;
  const edges = machines.filter(({ role }) => role === "edge");
  const text = renderKeepalived(machine, { edges, sharedAddress, check });
  const name = serviceStep(machine.name, "keepalived");
  const head = [
    "# shellcheck disable=SC2016 # texts for others hold dollar signs",
    ...preamble(name, lock),
    `settings=${quote(settings)}`,
    "",
  ];
  return {
    name,
    machine: machine.name,
    shell: "bash",
    install: [
      ...head,
      `interface=$(ip -oneline -family inet address show | awk -v address=${machine.address} 'index($4, address "/") == 1 { print $2; exit }')`,
      'if [ -z "$interface" ]; then',
      `  printf '%s: no interface has the address %s\\n' "$step" ${machine.address} >&2`,
      "  exit 1",
      "fi",
      'install -d -m 0755 "$settings/vigil" "$settings/keepalived"',
      'vigil_value tls:ca.crt > "$settings/vigil/ca.crt.new"',
      'chmod 0644 "$settings/vigil/ca.crt.new"',
      'mv -f "$settings/vigil/ca.crt.new" "$settings/vigil/ca.crt"',
      `printf %s ${quote(healthProgram(`https://${machine.address}:${String(port)}/`, settings))} > "$settings/vigil/haproxy-is-well.new"`,
      'chmod 0755 "$settings/vigil/haproxy-is-well.new"',
      'mv -f "$settings/vigil/haproxy-is-well.new" "$settings/vigil/haproxy-is-well"',
      "new=$settings/keepalived/vigil.new",
      `text=${quote(text)}`,
      `printf %s "\${text/${interfacePlaceholder}/"$interface"}" > "$new"`,
      // Before 2.2.8 the test ends itself when a script has another user (acassen/keepalived#2617).
      `sed 's/script_user nobody/script_user root/' "$new" > "$new.check"`,
      'if ! keepalived --config-test --use-file "$new.check"; then',
      "  printf '%s: keepalived refuses its configuration; nothing was changed\\n' \"$step\" >&2",
      "  exit 1",
      "fi",
      'rm -f "$new.check"',
      'chmod 0644 "$new"',
      'if cmp -s "$new" "$settings/keepalived/keepalived.conf"; then',
      '  rm -f "$new"',
      "  systemctl start keepalived.service",
      "else",
      '  mv -f "$new" "$settings/keepalived/keepalived.conf"',
      "  systemctl reload-or-restart keepalived.service",
      "fi",
      "systemctl enable --quiet keepalived.service",
      "",
    ].join("\n"),
    remove: [
      ...head,
      "systemctl disable --quiet --now keepalived.service || true",
      'rm -f "$settings/keepalived/keepalived.conf" "$settings/vigil/haproxy-is-well" "$settings/vigil/ca.crt"',
      `printf '%s: taken away\\n' "$step"`,
      "",
    ].join("\n"),
    values: ["tls:ca.crt"],
    after: [serviceStep(machine.name, haproxy), ...before],
  };
}

/** HAProxy is well when it asks for a password: that needs its certificate, its configuration and no secret. */
function healthProgram(url: string, settings: string): string {
  return [
    "#!/bin/sh",
    `status=$(curl -q --silent --max-time 1.5 --noproxy '*' --cacert ${settings}/vigil/ca.crt --output /dev/null --write-out '%{http_code}' ${url})`,
    '[ "$status" = 401 ]',
    "",
  ].join("\n");
}
