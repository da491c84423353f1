/** Texts that a machine will run: at its first start, by a cloud's agent, or over a connection. */
import { unpacked } from "./payloads.ts";
import { at, listAt, type Resource } from "../resource.ts";
import { parsedJson } from "../text.ts";

export interface Script {
  readonly path: string;
  readonly text: string;
}

/** Properties that hold a script, by type; base64 ones are opened. */
const scriptProperties: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "azure-native:compute:VirtualMachineRunCommandByVirtualMachine": [["source", "script"]],
  "azure-native:compute:VirtualMachine": [["osProfile", "customData"], ["userData"]],
  "aws:ssm/document:Document": [["content"]],
  "aws:ec2/instance:Instance": [["userData"], ["userDataBase64"]],
  "aws:ec2/launchTemplate:LaunchTemplate": [["userData"]],
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
