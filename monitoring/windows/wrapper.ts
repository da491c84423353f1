/** How a program becomes a Windows service: by itself, or by a wrapper that stops it politely and keeps its output. */
import type { Service } from "../hosts.ts";
import { seconds } from "../units.ts";
import { commandLine } from "./commandLine.ts";
import type { Wrapper } from "./downloads.ts";
import type { Literal } from "./powershell.ts";

/** A service as the service manager and its wrapper have it. */
export interface Wrapped {
  /** What the service manager starts. */
  readonly commandLine: string;
  /** The wrapper's own configuration, where that is a file. */
  readonly file?: { readonly path: string; readonly text: string };
  /** A copy of the wrapper's program that must lie beside that file. */
  readonly copy?: { readonly from: string; readonly to: string };
  /** Values of the service's registry key `Parameters`. */
  readonly parameters: readonly Literal[];
}

export interface WrapOptions {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** Absolute path of the program. */
  readonly program: string;
  /** Absolute path of the wrapper's program. */
  readonly wrapperProgram: string;
  /** Folder of the service's files, which its account can read. */
  readonly home: string;
  readonly logs: string;
}

/** Output is kept in 8 files of 10 MiB and the one that is written. */
const rotation = { bytes: 10 * 1_048_576, files: 8 };

/** @throws when an argument would not reach the program unchanged. */
export function wrap(service: Service, wrapper: Wrapper | undefined, options: WrapOptions): Wrapped {
  switch (wrapper) {
    case undefined:
      return { commandLine: commandLine([options.program, ...service.arguments]), parameters: [] };
    case "winsw":
      return winsw(service, options);
    case "nssm":
      return nssm(service, options);
    case "shawl":
      return shawl(service, options);
  }
}

/** @see https://github.com/winsw/winsw/blob/v2.12.0/doc/xmlConfigFile.md */
function winsw(service: Service, options: WrapOptions): Wrapped {
  const { name, home, logs } = options;
  const program = `${home}\\${name}.exe`;
  const elements = [
    element("id", name),
    element("name", options.displayName),
    element("description", options.description),
    element("executable", literally(options.program)),
    element("arguments", commandLine(service.arguments)),
    ...Object.entries(service.environment ?? {}).map(
      ([key, value]) => `<env name="${xml(key)}" value="${xml(literally(value))}"/>`,
    ),
    element("workingdirectory", literally(home)),
    element("logpath", literally(logs)),
    `<log mode="roll-by-size"><sizeThreshold>${String(rotation.bytes / 1_024)}</sizeThreshold>` +
      `<keepFiles>${String(rotation.files)}</keepFiles></log>`,
    element("stoptimeout", `${String(stopSeconds(service))} sec`),
  ];
  return {
    commandLine: commandLine([program]),
    file: {
      path: `${home}\\${name}.xml`,
      text: `<service>\n${elements.map((line) => `  ${line}\n`).join("")}</service>\n`,
    },
    copy: { from: options.wrapperProgram, to: program },
    parameters: [],
  };
}

/** @see https://nssm.cc/usage, "Managing services from the registry" */
function nssm(service: Service, options: WrapOptions): Wrapped {
  const { home, logs, wrapperProgram } = options;
  const stop = stopSeconds(service) * 1_000;
  const environment = Object.entries(service.environment ?? {}).map(
    ([key, value]) => `${key}=${literally(value)}`,
  );
  const text = (Name: string, Value: string): Literal => ({ Name, Value, Type: "ExpandString" });
  const number = (Name: string, Value: number): Literal => ({ Name, Value, Type: "DWord" });
  return {
    commandLine: commandLine([wrapperProgram]),
    parameters: [
      text("Application", literally(options.program)),
      text("AppParameters", commandLine(service.arguments)),
      text("AppDirectory", literally(home)),
      ...(environment.length === 0
        ? []
        : [{ Name: "AppEnvironmentExtra", Value: environment, Type: "MultiString" }]),
      text("AppStdout", literally(`${logs}\\out.log`)),
      text("AppStderr", literally(`${logs}\\err.log`)),
      number("AppRotateFiles", 1),
      number("AppRotateOnline", 1),
      number("AppRotateBytes", rotation.bytes),
      number("AppStopMethodConsole", stop),
    ],
  };
}

/** Its own restarts are off: the service manager's recovery counts. https://github.com/mtkennerly/shawl/blob/v1.9.0/docs/cli.md */
function shawl(service: Service, options: WrapOptions): Wrapped {
  const environment = Object.entries(service.environment ?? {}).flatMap(([key, value]) => [
    "--env",
    `${key}=${value}`,
  ]);
  return {
    commandLine: commandLine([
      options.wrapperProgram,
      "run",
      "--name",
      options.name,
      "--no-restart",
      // Its default of 3 s would cut a time series database short.
      "--stop-timeout",
      String(stopSeconds(service) * 1_000),
      "--cwd",
      options.home,
      "--log-dir",
      options.logs,
      "--log-cmd-as",
      "out",
      "--log-rotate",
      `bytes=${String(rotation.bytes)}`,
      "--log-retain",
      String(rotation.files),
      ...environment,
      "--",
      options.program,
      ...service.arguments,
    ]),
    parameters: [],
  };
}

export function stopSeconds({ stopTimeout }: Service): number {
  return seconds(stopTimeout);
}

/** Refused as in an argument: every wrapper puts variables of the environment in place of `%NAME%`. */
function literally(value: string): string {
  commandLine([value]);
  return value;
}

function element(name: string, content: string): string {
  return `<${name}>${xml(content)}</${name}>`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function xml(content: string): string {
  // By number: a reader may take other alphabets' line ends for its own.
  const other = (character: string): string => `&#${String(character.codePointAt(0))};`;
  return content.replaceAll(/[&<>"]|[^\x20-\x7e]/gu, (character) => entities[character] ?? other(character));
}
