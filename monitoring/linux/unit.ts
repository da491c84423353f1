/** The systemd unit of a service: starts at boot, always restarts, and can reach nothing that it does not need. */
import type { Service } from "../hosts.ts";
import { seconds } from "../units.ts";

export interface UnitOptions {
  /** Absolute path of the program. */
  readonly program: string;
  readonly account: string;
  readonly workingDirectory: string;
  /** Absolute paths that the service may write to. */
  readonly writable: readonly string[];
}

/** Text of the unit. @see https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html */
export function renderUnit(service: Service, options: UnitOptions): string {
  return [
    ...section("Unit", [
      `Description=Vigil ${service.name}`,
      "Wants=network-online.target",
      "After=network-online.target",
      `RequiresMountsFor=${options.workingDirectory}`,
      // It is tried again for ever: what it waits for may take hours to come back.
      "StartLimitIntervalSec=0",
    ]),
    ...section("Service", [
      "Type=exec",
      `User=${options.account}`,
      `ExecStart=${[options.program, ...service.arguments].map(word).join(" \\\n  ")}`,
      ...(service.reload.kind === "signal"
        ? [`ExecReload=/bin/kill -s ${service.reload.signal.replace("SIG", "")} $MAINPID`]
        : []),
      `WorkingDirectory=${options.workingDirectory}`,
      ...Object.entries(service.environment ?? {}).map(
        ([name, value]) => `Environment=${word(`${name}=${value}`)}`,
      ),
      `SyslogIdentifier=${service.name}`,
      "Restart=always",
      "RestartSec=1s",
      `TimeoutStopSec=${String(seconds(service.stopTimeout))}s`,
      // The master of HAProxy ends its workers itself; what is left after the time-out is killed.
      "KillMode=mixed",
      "LimitNOFILE=65536",
      "TasksMax=4096",
      ...sandbox(service, options.writable),
    ]),
    ...section("Install", ["WantedBy=multi-user.target"]),
  ].join("\n");
}

function sandbox(service: Service, writable: readonly string[]): string[] {
  const watchesHost = service.component === "node-exporter";
  const privileged = service.ports.some(({ number }) => number < 1_024);
  const capability = privileged ? "CAP_NET_BIND_SERVICE" : "";
  return [
    "UMask=0077",
    `AmbientCapabilities=${capability}`,
    `CapabilityBoundingSet=${capability}`,
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    ...writable.map((path) => `ReadWritePaths=${path}`),
    // What watches the host must see its file systems and processes.
    `ProtectHome=${watchesHost ? "read-only" : "yes"}`,
    ...(watchesHost ? [] : ["ProtectProc=invisible", "ProcSubset=pid", "PrivateDevices=yes"]),
    "PrivateTmp=yes",
    // Reading how well the clock is kept is the same system call as setting it, which takes a capability.
    ...(watchesHost ? [] : ["ProtectClock=yes"]),
    "ProtectControlGroups=yes",
    "ProtectHostname=yes",
    "ProtectKernelLogs=yes",
    "ProtectKernelModules=yes",
    "ProtectKernelTunables=yes",
    `RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX${watchesHost ? " AF_NETLINK" : ""}`,
    "RestrictNamespaces=yes",
    "RestrictRealtime=yes",
    "RestrictSUIDSGID=yes",
    "RemoveIPC=yes",
    "LockPersonality=yes",
    // HAProxy's regular expressions are compiled to machine code.
    ...(service.executable === "haproxy" ? [] : ["MemoryDenyWriteExecute=yes"]),
    "SystemCallArchitectures=native",
    "SystemCallFilter=@system-service",
    "SystemCallFilter=~@privileged @resources",
    ...(watchesHost ? ["SystemCallFilter=adjtimex"] : []),
    // A call that a newer version makes is refused and not the end of it.
    "SystemCallErrorNumber=EPERM",
  ];
}

/** A word of a command line, as systemd reads it: no specifiers, no variables, no surprises from quotes. */
function word(text: string): string {
  const plain = text.replaceAll("%", "%%").replaceAll("$", "$$$$");
  if (/^[\w./:@%+=,$-]+$/.test(plain)) return plain;
  return `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

function section(title: string, lines: readonly string[]): string[] {
  return [`[${title}]`, ...lines, ""];
}
