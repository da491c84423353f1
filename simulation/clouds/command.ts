/** command: nothing is run; a command's output is empty, and one that is to fail does so in the provider's words. */
import type { Cloud, Requested } from "../cloud.ts";
import { hex } from "../invented.ts";
import { at, isUnknown, plain, textAt } from "../propertyValues.ts";
import type { Mismatch } from "../schema/validate.ts";

export const command: Cloud = {
  package: "command",
  complete: ({ inputs }) => inputs,
  faults,
  // https://github.com/pulumi/pulumi-command/blob/master/provider/pkg/provider/remote/commandOutputs.go: a command that
  // fails when it is created leaves nothing in the state, and is printed with what it wrote.
  words: ({ inputs }, asked) =>
    `Process exited with status 1: running ${JSON.stringify(textAt(inputs, "create") ?? "")}:\n${asked}`,
  identify: ({ name }, token) => `${name}${hex(token)}`,
  outputs: () => ({ stdout: "", stderr: "" }),
  replaces: (_, path) => /^triggers\b/.test(path),
  functions: { "command:local:run": () => ({ stdout: "", stderr: "" }) },
};

/** What would fail, or be unsafe, on a real machine only. */
function faults(resource: Requested): Mismatch[] {
  return [
    ...(resource.token.startsWith("command:remote:") ? connectionFaults(resource) : []),
    ...lengthFaults(resource),
  ];
}

/** A key of a host as `ssh.ParseAuthorizedKey` takes it. */
const hostKey = /^(?:ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d{3}) [A-Za-z0-9+/]+={0,3}(?: \S+)?$/;

function connectionFaults({ inputs }: Requested): Mismatch[] {
  const connection = plain(at(inputs, "connection"));
  if (connection === undefined || isUnknown(connection)) return [];
  const known = (name: string): boolean => plain(at(inputs, "connection", name)) !== undefined;
  const key = textAt(inputs, "connection", "hostKey");
  const found: Mismatch[] = [];
  if (!known("hostKey"))
    found.push({
      path: "connection.hostKey",
      reason: "is missing: the provider would trust whatever answers",
    });
  else if (key !== undefined && !isUnknown(key) && !hostKey.test(key))
    found.push({
      path: "connection.hostKey",
      reason: "is no public key of a host, such as ssh-ed25519 AAAA…",
    });
  if (!known("privateKey") && !known("password"))
    found.push({ path: "connection.privateKey", reason: "is missing, and so is a password" });
  return found;
}

/** What cmd.exe takes of a line, which is Windows' default shell of OpenSSH. https://learn.microsoft.com/troubleshoot/windows-client/shell-experience/command-line-string-limitation */
const longestLine = 8_191;

function lengthFaults({ inputs }: Requested): Mismatch[] {
  return ["create", "update", "delete"].flatMap((path) => {
    const text = textAt(inputs, path);
    return text === undefined || isUnknown(text) || text.length <= longestLine
      ? []
      : [{ path, reason: `has ${String(text.length)} characters; cmd.exe takes ${String(longestLine)}` }];
  });
}
