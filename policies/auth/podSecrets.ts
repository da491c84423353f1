/** Secrets in what starts a container, and Secrets that its environment shows. */
import { containerPolicy } from "../podPolicy.ts";
import { at, isMap, listAt } from "../resource.ts";
import { keysIn } from "./keys.ts";

export const authPodSecrets = containerPolicy({
  id: "pod-secrets",
  concern: "auth",
  severity: "critical",
  description: "No password is written into a container's environment or arguments.",
  remedy: "Put it into a Secret and mount that as a file, and change the password: it has been in the state",
  covers: ["AVD-KSV-0109"],
  *look({ container, path }) {
    for (const [index, variable] of listAt(container, "env").entries()) {
      const name = String(at(variable, "name"));
      const value = at(variable, "value");
      const where = `${path}.env[${String(index)}]`;
      if (holdsSecret(name, value) && !isCloudKey(`${name}: ${String(value)}`))
        yield { path: where, problem: `holds ${name} in the clear` };
    }
    for (const list of ["command", "args"]) {
      const words = listAt(container, list).flatMap((text, index) =>
        // A shell's script is one argument.
        String(text)
          .split(/\s+/)
          .map((word) => ({ word, index })),
      );
      for (const [position, { word, index }] of words.entries()) {
        const [, name, own] = /^--?([\w.-]+)(?:=(.*))?$/s.exec(word) ?? [];
        const next = words[position + 1]?.word;
        const value = own ?? (next?.startsWith("-") === true ? undefined : next);
        if (name === undefined || !holdsSecret(name, value)) continue;
        if (!isCloudKey(own === undefined ? String(value) : word))
          yield { path: `${path}.${list}[${String(index)}]`, problem: "holds a secret in the clear" };
      }
    }
  },
});

export const authPodSecretVariables = containerPolicy({
  id: "pod-secret-variables",
  concern: "auth",
  severity: "medium",
  description: "No Secret is handed over in a container's environment.",
  remedy:
    "Mount the Secret as a file; the environment is seen by everybody who can look at the process or its crash dump",
  covers: ["CKV_K8S_35"],
  *look({ container, path }) {
    for (const [index, variable] of listAt(container, "env").entries())
      if (isMap(at(variable, "valueFrom", "secretKeyRef")))
        yield {
          path: `${path}.env[${String(index)}]`,
          problem: `hands the secret ${String(at(variable, "name"))} over in the environment`,
        };
    for (const [index, source] of listAt(container, "envFrom").entries())
      if (isMap(at(source, "secretRef")))
        yield {
          path: `${path}.envFrom[${String(index)}]`,
          problem: "hands a whole Secret over in the environment",
        };
  },
});

/** Of which another policy tells, wherever it stands. */
function isCloudKey(text: string): boolean {
  return keysIn(text).size > 0;
}

/** Whether a variable or flag of this name says the secret itself, and not where it is or how it is treated. */
function holdsSecret(name: string, value: unknown): boolean {
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  // https://user:password@host
  if (/:\/\/[^\s/:@]*:(?!\$)[^\s/@]+@/.test(text)) return true;
  if (!/passw|secret|token|credential|(?:api|access|private|account)[-_]?key/i.test(name)) return false;
  if (
    /(?:file|path|dir|name|namespace|ttl|url|uri|length|limit|count|enabled|check|type|issuer|audience|policy|ref|id|tokens|tokenizer)$/i.test(
      name,
    )
  )
    return false;
  // Nothing, another variable, a file, a yes or no, a time.
  return !/^(?:|\$.*|(?:file:\/)?\/[\w.-]+\/.*|true|false|\d+(?:ms|s|m|h|d))$/is.test(text);
}
