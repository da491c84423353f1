/** Programs and their flags, wherever a stack starts them: in containers, as services of a machine, from scripts. */
import { isMap, listAt, type Resource } from "../resource.ts";
import { containersOf, podTemplateOf } from "./podTemplates.ts";
import { scriptsOf } from "./scripts.ts";

export interface Process {
  readonly resource: Resource;
  /** Of its arguments, in the resource's properties. */
  readonly path: string;
  /** What it runs: arguments one by one, or the text of a script. */
  readonly commandLine: string;
  /** Value of `--name=value` or `--name value`; `true` of a flag without one; undefined where it is not given. */
  readonly flag: (name: string) => string | true | undefined;
}

/** Every process that a resource starts, as far as its properties show it. */
export function processesOf(resource: Resource): readonly Process[] {
  const pod = podTemplateOf(resource);
  if (pod !== undefined)
    return containersOf(pod).map(({ container, path }) => {
      const words = ["command", "args"].flatMap((list) => listAt(container, list));
      return process(resource, `${path}.args`, words.map(String));
    });
  const declared = declaredService(resource);
  if (declared !== undefined) return [declared];
  return scriptsOf(resource).map(({ path, text }) => process(resource, path, [text]));
}

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
  return {
    resource,
    path,
    commandLine,
    flag: (name) => {
      const escaped = name.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&");
      // Quotes and markup end a value in a script; none of the values that policies ask for holds any.
      const found = new RegExp(
        `(?:^|[\\s"'>\`])--${escaped}(?:[= \\n]["']?([^\\s"'<>\`]+))?(?=$|[\\s"'<\`])`,
      ).exec(commandLine);
      if (found === null) return undefined;
      const [, value] = found;
      return value === undefined || value.startsWith("--") ? true : value;
    },
  };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
