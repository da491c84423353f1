import { deepEqual, equal, match, ok } from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { encodeValues, powershellValues } from "../../components/hosts/channel.ts";
import {
  bashCommand,
  bashListener,
  conversation,
  encodedCommand,
  powershellCommand,
} from "../../components/hosts/conversation.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { inOrder } from "../../monitoring/stepOrder.ts";
import type { MachineStep } from "../../monitoring/machines.ts";

function step(changes: Partial<MachineStep> = {}): MachineStep {
  return {
    ...{ name: "edge-1-haproxy-1", machine: "edge-1", shell: "bash", install: "", remove: "" },
    ...{ values: [], after: [] },
    ...changes,
  };
}

/** Any text that a configuration may hold: quotes, percent signs, dollars, backticks, lines, other alphabets. */
const odd = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...Array.from("'\"%$`\\\n\r\t!&|<>^;= {}()é€𝄞")), maxLength: 40 }),
  )
  .filter((text) => !text.includes("\0"));

describe("a password on its way to a machine", function () {
  this.timeout(30_000);

  it("reaches a bash script as it was, whatever signs it has", () => {
    fc.assert(
      fc.property(fc.array(odd, { minLength: 20, maxLength: 40 }), (passwords) => {
        const values = Object.fromEntries(passwords.map((text, at) => [`secret:p-${String(at)}`, text]));
        const names = Object.keys(values);
        const install = `for name in ${names.join(" ")}; do vigil_value "$name" | base64 -w0; echo; done`;
        const heard = execFileSync("bash", ["-c", bashListener("install")], {
          input: conversation(step({ install }), values),
          encoding: "utf8",
        });
        deepEqual(
          heard
            .slice(0, -1)
            .split("\n")
            .map((line) => Buffer.from(line, "base64").toString()),
          passwords,
        );
      }),
      { numRuns: 5 },
    );
  });

  it("is for PowerShell a text in single quotes without one, from which the same bytes come", () => {
    fc.assert(
      fc.property(odd, odd, (one, two) => {
        const line = encodeValues({ "secret:one": one, "tls:two.key": two });
        match(line, /^[A-Za-z0-9+/=:;.-]*$/);
        const [, quoted = ""] = /^\$vigilLine = '([^']*)'$/m.exec(powershellValues(`'${line}'`)) ?? [];
        const pairs = quoted.split(";").map((pair): [string, string] => {
          const at = pair.indexOf("=");
          return [pair.slice(0, at), Buffer.from(pair.slice(at + 1), "base64").toString()];
        });
        deepEqual(Object.fromEntries(pairs), { "secret:one": one, "tls:two.key": two });
      }),
    );
  });

  it("is in no command, and in no line that is not packed", () => {
    const said = conversation(step({ install: "true" }), { "secret:human": "hunter2" });
    equal(said.includes("hunter2") || said.includes(Buffer.from("hunter2").toString("base64")), false);
    match(said, /^[ -~\n]*$/);
    for (const command of [bashCommand("install"), powershellCommand("install")])
      equal(/hunter2|haproxy/.test(command), false);
  });

  for (const [what, secrets, says] of [
    ["a NUL character", { human: "a\0b" }, /NUL/],
    ["half of a character", { human: "a\ud800" }, /unpaired surrogate/],
    ["more bytes than bcrypt hashes", { human: "ä".repeat(37) }, /74 bytes, and bcrypt hashes the first 72/],
    ["more bytes than go with a step", { "redis-password": "x".repeat(5_000) }, /5000 bytes/],
  ] as const)
    it(`is refused with ${what}, and not shown`, () => {
      const raw = { "vigil:platform": "windows-azure", "vigil:secrets": JSON.stringify(secrets) };
      let message = "";
      try {
        parseConfig(raw, ["vigil:secrets"]);
      } catch (error) {
        message = (error as Error).message;
      }
      match(message, says);
      match(message, /^vigil:secrets\.[\w-]+: .*; run `npm run pulumi -- config set/);
      equal(
        Object.values(secrets).some((value) => message.includes(value)),
        false,
      );
    });
});

describe("a step that hears its scripts", () => {
  it("ends with the script's own code, and says whose it was", () => {
    const { status, stderr } = spawnSync("bash", ["-c", bashListener("install")], {
      input: conversation(step({ install: "echo no disk >&2; exit 7" }), {}),
      encoding: "utf8",
    });
    equal(status, 7);
    match(stderr, /no disk\nstep edge-1-haproxy-1 on edge-1, install: ended with 7/);
  });

  it("runs the other script when it is taken back", () => {
    const said = conversation(step({ install: "echo installed", remove: "echo removed" }), {});
    equal(
      execFileSync("bash", ["-c", bashListener("remove")], { input: said, encoding: "utf8" }),
      "removed\n",
    );
  });

  it("is started on Windows by a line that cmd.exe takes, in a text that PowerShell decodes", () => {
    ok(powershellCommand("install").length < 8_191);
    const text = Buffer.from(encodedCommand("remove"), "base64").toString("utf16le");
    match(text, /\$said\[2\]/);
    match(text, /exit 1\}$/);
  });

  it("carries texts beyond ASCII", () => {
    const said = conversation(step({ shell: "powershell", install: "# Größe" }), {});
    match(gunzipSync(Buffer.from(said.split("\n")[1] ?? "", "base64")).toString(), /# Größe$/);
  });
});

describe("the order of steps", () => {
  const named = (name: string, ...after: string[]): MachineStep => step({ name, after });

  it("has each after those that it waits for", () => {
    const names = inOrder([named("c", "b", "a"), named("b", "a"), named("a")]).map(({ name }) => name);
    deepEqual(names, ["a", "b", "c"]);
  });

  it("refuses steps that wait for each other, for none, or share a name", () => {
    for (const [steps, says] of [
      [[named("a", "b"), named("b", "a")], /step a: waits for itself by way of a, b/],
      [[named("a", "z")], /step a: waits for z, and there is no such step/],
      [[named("a"), named("a")], /step a: two steps have this name/],
    ] as const) {
      let message = "";
      try {
        inOrder(steps);
      } catch (error) {
        message = (error as Error).message;
      }
      match(message, says);
    }
  });
});
