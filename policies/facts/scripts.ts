/** Texts that a machine will run: at its first start, by a cloud's agent, or over a connection. */
import { unpacked } from "./payloads.ts";
import { textsOf } from "./texts.ts";
import { at, known, listAt, type Resource } from "../resource.ts";
import { parsedJson } from "../text.ts";

export interface Script {
  readonly path: string;
  readonly text: string;
}

type Places = Readonly<Record<string, readonly (readonly string[])[]>>;

/**
 * What a machine is started with, by type; Azure's and launch templates' are base64 always, and Pulumi takes both for an
 * instance.
 */
export const userData: Places = {
  "aws:ec2/instance:Instance": [["userData"], ["userDataBase64"]],
  "aws:ec2/launchTemplate:LaunchTemplate": [["userData"]],
  "aws:ec2/launchConfiguration:LaunchConfiguration": [["userData"], ["userDataBase64"]],
  "azure-native:compute:VirtualMachine": [["osProfile", "customData"], ["userData"]],
  "azure-native:compute:VirtualMachineScaleSet": [
    ["virtualMachineProfile", "osProfile", "customData"],
    ["virtualMachineProfile", "userData"],
  ],
};

/** Properties that hold a script, by type; base64 ones are opened. */
const scriptProperties: Places = {
  ...userData,
  "azure-native:compute:VirtualMachineRunCommandByVirtualMachine": [["source", "script"]],
  "aws:ssm/document:Document": [["content"]],
  "command:remote:Command": [["stdin"], ["create"], ["update"], ["delete"]],
  "command:local:Command": [["stdin"], ["create"], ["update"], ["delete"]],
};

export const scriptTypes: readonly string[] = Object.keys(scriptProperties);

export function scriptsOf(resource: Resource): readonly Script[] {
  const properties = scriptProperties[resource.type] ?? [];
  return properties.flatMap((steps) => {
    const value = at(resource.props, ...steps);
    return typeof value === "string" && value !== ""
      ? [{ path: steps.join("."), text: readable(value) }]
      : [];
  });
}

/** Every text of a resource, a script as what will run instead of what carries it; what a preview does not know is left out. */
export function readTextsOf(resource: Resource): readonly Script[] {
  const scripts = known(() => scriptsOf(resource), []);
  const read = new Set(scripts.map(({ path }) => path));
  return [...textsOf(resource).filter(({ path }) => !read.has(path)), ...scripts];
}

/** What will run, also where it is packed as a whole, as cloud-init takes it, or in a part. */
export function readable(text: string): string {
  return unpacked(opened(unpacked(text)));
}

/** Base64 as the text in it; a document of SSM as the lines of its commands. */
function opened(text: string): string {
  if (/^[A-Za-z0-9+/\r\n]{16,}={0,2}\s*$/.test(text)) return Buffer.from(text, "base64").toString("utf8");
  if (!text.startsWith("{")) return text;
  const document = parsedJson(text);
  if (document === undefined) return text;
  return listAt(document, "mainSteps")
    .flatMap((step) => listAt(step, "inputs", "runCommand"))
    .join("\n");
}
