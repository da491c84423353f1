/** Programs and their flags, wherever a stack starts them: in containers, as services of a machine, from scripts. */
import { isMap, listAt, type Resource } from "../resource.ts";
import { containersOf, podTemplateOf, podTypes, type Container } from "./podTemplates.ts";
import { scriptsOf, scriptTypes } from "./scripts.ts";
import { escaped, parsedJson } from "../text.ts";

export interface Process {
  readonly resource: Resource;
  /** Of its arguments, in the resource's properties. */
  readonly path: string;
  /** Absent outside Kubernetes. */
  readonly container?: Container;
  /** Of its container: `quay.io/prometheus/prometheus:v3.15.0`; empty where it has none. */
  readonly image: string;
  /** What it runs: arguments one by one, or the text of a script. */
  readonly commandLine: string;
  /** Value of `--name=value` or `--name value`; `true` of a flag without one; undefined where it is not given. */
  readonly flag: (name: string) => string | true | undefined;
  /** All values of a flag that may be given more than once. */
  readonly flags: (name: string) => readonly (string | true)[];
}

export const processTypes: readonly string[] = [
  ...podTypes,
  ...scriptTypes,
  "pulumi-nodejs:dynamic/vigil:Service",
];

/** What holds the files of programs, whole or in a script; a pod's are in objects of their own. */
export const fileTypes: readonly string[] = [
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:core/v1:Secret",
  ...processTypes.filter((type) => !podTypes.includes(type)),
];

/** Every process that a resource starts, as far as its properties show it. */
export function processesOf(resource: Resource): readonly Process[] {
  const pod = podTemplateOf(resource);
  if (pod !== undefined)
    return containersOf(pod).map((own) => {
      const words = ["command", "args"].flatMap((list) => listAt(own.container, list));
      const { image } = own.container;
      return {
        ...process(resource, `${own.path}.args`, words.map(String)),
        container: own,
        image: typeof image === "string" ? image : "",
      };
    });
  const declared = declaredService(resource);
  if (declared !== undefined) return [declared];
  return scriptsOf(resource).flatMap(({ path, text }) =>
    invocations(text).map((part) => process(resource, path, [part])),
  );
}

/** A script from one server that it starts to the next, so that the flags of one are not taken for another's. */
function invocations(text: string): readonly string[] {
  const spoken = text.replaceAll(/^[ \t]*(?:#|\/\/|REM[ \t]).*$/gim, "");
  const starts = [...spoken.matchAll(started)].map(({ index }) => index).slice(1);
  return [0, ...starts].map((start, place) => spoken.slice(start, starts[place]));
}

/** A server's executable and its first flag; a folder of its name that a flag gives is none. */
const started =
  /(?:(?:prometheus|alertmanager|pushgateway|oauth2-proxy)(?<=(?:^|[\s"']|ExecStart=)(?:[\w.:/\\-]*[/\\])?[\w-]+)(?<!--[\w.-]+[ \t]+(?:[\w.:/\\-]*[/\\])?[\w-]+)(?:\.exe)?["']?[ \t]+(?:[\\`][ \t]*\n[ \t]*)?["']?--(?!now\b)|thanos(?:\.exe)?["']?[ \t]+(?:query|query-frontend|store|rule|receive|compact|sidecar)\b)/gm;

/** A service of the machine in front of somebody: its declaration is one text. */
function declaredService(resource: Resource): Process | undefined {
  const { declaration } = resource.props;
  if (typeof declaration !== "string") return undefined;
  const parsed = parsedJson(declaration);
  const service = isMap(parsed) && isMap(parsed["service"]) ? parsed["service"] : undefined;
  if (service === undefined) return undefined;
  const words = [service["executable"], ...listAt(service, "arguments")].map(String);
  return process(resource, "declaration.service.arguments", words);
}

function process(resource: Resource, path: string, words: readonly string[]): Process {
  const commandLine = words.join("\n");
  const flags = (name: string): readonly (string | true)[] => {
    // Quotes and markup end a value in a script; none of the values that policies ask for holds any.
    const given = new RegExp(
      `(?:^|[\\s"'>\`])--${escaped(name)}(?:[= \\n]["']?([^\\s"'<>\`]+)|(=["']{0,2}))?(?=$|[\\s"'<\`;&|)])`,
      "g",
    );
    return [...commandLine.matchAll(given)].map(([, word, nothing]) => {
      if (nothing !== undefined) return "";
      // A line that goes on, and the end of a command, are no value.
      const value = word?.replace(/^[\\^]+$|[;&|]+$|(?<=^[^(]*)\)+$/, "");
      return value === undefined || value === "" || value.startsWith("--") ? true : value;
    });
  };
  return {
    resource,
    path,
    image: "",
    commandLine,
    flag: (name) => flags(name)[0],
    flags,
  };
}
