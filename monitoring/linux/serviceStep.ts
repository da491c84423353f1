/** The step of one service: a script that brings it to the plan's state from any other, and the one that takes it away. */
import { hostPaths } from "../hostPaths.ts";
import type { Directories, Instance, PlanFile, Service } from "../hosts.ts";
import { machineFiles, valuesIn } from "../machineFiles.ts";
import type { MachineStep } from "../machines.ts";
import { serviceStep } from "../machineTurns.ts";
import { seconds } from "../units.ts";
import { preamble, printing, quote } from "./bash.ts";
import { healthCommand, healthValues } from "./health.ts";
import { serviceLibrary } from "./library.ts";
import { accountOf, linuxFolders, unitName, type LinuxOptions } from "./options.ts";
import { programOf } from "./programs.ts";
import { renderUnit } from "./unit.ts";

/** @throws when the service asks for what Linux machines do not have. */
export function renderServiceStep(
  service: Service,
  instance: Instance,
  directories: Directories,
  options: LinuxOptions,
  after: readonly string[],
): MachineStep {
  if (service.setup !== undefined)
    throw new Error(
      `plan: ${service.name} asks for requests after its start, which Linux machines do not send`,
    );
  const files = machineFiles(service, directories).map((file) => ({
    ...file,
    // Below the service's root.
    path: file.path.slice(directories.root.length + 1),
  }));
  const name = serviceStep(instance.machine, service.name);
  return {
    name,
    machine: instance.machine,
    shell: "bash",
    install: installScript(name, service, instance, directories, files, options),
    remove: removeScript(name, service, instance, directories, options),
    values: [
      ...new Set([
        ...valuesIn(files.map(({ content }) => content)),
        ...healthValues(service.health),
        ...(service.reload.kind === "http" ? [`basic:${service.reload.basic}`] : []),
      ]),
    ].sort(),
    after,
  };
}

/** What a change asks for; a service that cannot reload restarts. */
function rankOf(change: PlanFile["onChange"], { reload }: Service): number {
  if (change === "watched") return 1;
  return change === "reload" && reload.kind !== "none" ? 2 : 3;
}

function installScript(
  step: string,
  service: Service,
  instance: Instance,
  directories: Directories,
  files: readonly PlanFile[],
  options: LinuxOptions,
): string {
  const folders = options.folders ?? linuxFolders;
  const { root } = directories;
  const account = accountOf(instance, options);
  const program = programOf(service.executable, options);
  const unit = renderUnit(service, {
    program: program.path,
    account,
    workingDirectory: root,
    writable: service.directories,
  });
  return [
    "# shellcheck disable=SC2016,SC2317 # texts for others hold dollar signs; functions are called by name of their service",
    ...prelude(step, service, root, options),
    `account=${quote(account)}`,
    `programs=${quote(folders.programs)}`,
    `patience=${String(options.patience ?? 120)} settle=${String(seconds(service.settle ?? "0s"))}`,
    "staged=$root/.staged previous=$root/.previous",
    "rank=0 unit_changed=0 was_active=0 unfinished=0 answer='' changed=()",
    "declare -A ranks=(",
    ...files.map(({ path, onChange }) => `  [${path}]=${String(rankOf(onChange, service))}`),
    ")",
    "",
    serviceLibrary,
    "healthy() {",
    ...healthCommand(service.health).map((line) => `  ${line}`),
    "}",
    "",
    "reload() {",
    ...reloadCommand(service).map((line) => `  ${line}`),
    "}",
    "",
    'if ! getent passwd "$account" > /dev/null; then',
    '  useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$account"',
    "fi",
    'group=$(id -gn "$account")',
    `install -d -m 0755 ${quote(folders.services)}`,
    'install -d -m 0700 -o "$account" -g "$group" "$root"',
    ...service.directories.map((path) => `own ${quote(path.slice(root.length + 1))}`),
    ...program.install,
    "",
    "trap finish EXIT",
    'rm -rf "$staged"',
    'mkdir -p "$staged"',
    ...files.map(({ path, content }) => `{ ${printing(content)}; } | stage ${quote(path)}`),
    `printf %s ${quote(unit)} > "$staged/unit"`,
    "",
    ...checks(service, directories),
    "compare",
    "if ((rank == 0)); then",
    '  wait_healthy || fail "nothing was changed"',
    "else",
    "  commit",
    '  activate || fail "the change did not succeed"',
    "  unfinished=0",
    '  rm -f "$root/.pending"',
    "  drop_obsolete",
    "  drop_programs",
    // Those who use it look again only now and then; the next member of its group waits for them.
    '  if ((rank == 3 && was_active)); then sleep "$settle"; fi',
    "fi",
    `printf '%s\\n' ${quote(`${service.name} ${program.version}`)} > "$root/.installed.new"`,
    'mv -f "$root/.installed.new" "$root/.installed"',
    "",
  ].join("\n");
}

function prelude(step: string, service: Service, root: string, options: LinuxOptions): string[] {
  const folders = options.folders ?? linuxFolders;
  return [
    ...preamble(step, folders.lock),
    "umask 077",
    `unit=${quote(unitName(service.name))}`,
    `root=${quote(root)}`,
    `units=${quote(folders.units)}`,
  ];
}

/** Refuses a configuration before anything of it is in place: the same text, with the paths of the new files. */
function checks({ executable, name, files }: Service, directories: Directories): string[] {
  const config = files.find(({ path }) => path.endsWith("/haproxy.cfg"));
  if (executable !== "haproxy" || config === undefined) return [];
  const path = config.path.slice(hostPaths(directories).root.length + 1);
  return [
    `text=$(< "$staged/${path}")`,
    'printf \'%s\\n\' "${text//"$root"/"$staged"}" > "$staged/check"',
    `haproxy=$(sed -n 's/^ExecStart=\\([^ ]*\\).*/\\1/p' "$staged/unit")`,
    `"$haproxy" -c -f "$staged/check" > /dev/null || fail "HAProxy refuses the configuration of ${name}; nothing was changed"`,
    'rm -f "$staged/check"',
    "",
  ];
}

function reloadCommand({ executable, reload }: Service): string[] {
  switch (reload.kind) {
    case "none":
      return ['systemctl restart "$unit"'];
    case "signal":
      return [executable === "haproxy" ? "reload_workers" : 'systemctl reload "$unit"'];
    case "http":
      return [
        `answer=$(status_as ${quote(`basic:${reload.basic}`)} --request POST ${quote(reload.url)}) || true`,
        '[ "$answer" = 200 ]',
      ];
  }
}

/** Data stays unless the options say otherwise, and with it the account that owns it. */
function removeScript(
  step: string,
  service: Service,
  instance: Instance,
  { root }: Directories,
  options: LinuxOptions,
): string {
  const account = accountOf(instance, options);
  const keepsData = options.removeData !== true && service.directories.length > 0;
  return [
    ...prelude(step, service, root, options),
    "",
    'if [ -e "$units/$unit" ]; then',
    '  systemctl disable --quiet --now "$unit"',
    '  rm -f "$units/$unit"',
    "  systemctl daemon-reload",
    "fi",
    ...(keepsData
      ? [
          'rm -rf "$root/tls" "$root/secrets" "$root/services"',
          'rm -rf "$root/.staged" "$root/.previous" "$root/.pending"',
          'rm -f "$root/.installed"',
        ]
      : [
          'rm -rf "$root"',
          ...(options.account === undefined
            ? [`if getent passwd ${quote(account)} > /dev/null; then userdel ${quote(account)}; fi`]
            : []),
        ]),
    `printf '%s: taken away${keepsData ? "; its data stays" : ""}\\n' "$step"`,
    "",
  ].join("\n");
}
