/** The scripts of Windows machines under a real PowerShell grammar, and WinSW's files under a real XML parser. */
import assert from "node:assert/strict";
import { DOMParser } from "@xmldom/xmldom";
import fc from "fast-check";
import type { Parser } from "web-tree-sitter";
import { literal } from "../../monitoring/windows/powershell.ts";
import { wrap } from "../../monitoring/windows/wrapper.ts";
import { desktop, step, windowsStack } from "../windowsMachines.ts";
import { lint, powershellParser, stringsIn } from "./powershell.ts";

describe("scripts of Windows machines", function () {
  this.timeout(60_000);
  let parser: Parser;
  before(async () => {
    parser = await powershellParser();
  });

  it("parse, whatever wraps the programs", () => {
    const stacks = [
      ...(["winsw", "nssm", "shawl"] as const).map((wrapper) => windowsStack({ wrapper })),
      windowsStack({ machines: desktop }),
      windowsStack({ directory: "D:\\Überwachung & 'mehr' $(x)", keepData: false }),
    ];
    for (const { steps } of stacks)
      for (const { name, install, remove } of steps)
        for (const text of [install, remove])
          assert.equal(parser.parse(text)?.rootNode.hasError, false, `${name} does not parse`);
  });

  it("call nothing unknown, look at each exit code, and read only what is set", () => {
    const winsw = windowsStack({ machines: desktop }).steps;
    const others = windowsStack({ wrapper: "nssm" }).steps.filter(({ name }) =>
      ["node-1-base", "node-1-prometheus-1", "node-1-windows-exporter-1"].includes(name),
    );
    const chosen = [...winsw.filter(({ name }) => /base|prometheus-1|grafana/.test(name)), ...others];
    const texts = chosen.flatMap(({ install, remove }) => [install, remove]);
    assert.deepEqual(
      texts.flatMap((text) => lint(parser, text, texts)),
      [],
    );
  });

  it("are found out when they do not", () => {
    const { install } = step(windowsStack().steps, "node-1-base");
    const faults: readonly (readonly [string, RegExp])[] = [
      ["sc query", /sc is no function/],
      ["Invoke-Expression $x", /Invoke-Expression is no function/],
      ["& icacls.exe C:\\", /outside Invoke-VigilNative/],
      ["function Test-Fault { return $nowhere }", /\$nowhere is set nowhere/],
      ["Remove-VigilRules 'a' 'b' @() 'd'", /takes 3 arguments/],
      ["function Test-Fault($Machine) { return $Machine.Absent }", /no data of the script has Absent/],
      ["if (", /syntax/],
      ["'é'", /ASCII/],
    ];
    for (const [fault, found] of faults)
      assert.match(lint(parser, `${install}\n${fault}\n`).join("\n"), found, fault);
    assert.match(lint(parser, install.replace("$ErrorActionPreference = 'Stop'", "")).join(), /is missing/);
  });

  it("hold every text as it is, with quotes, dollar signs, backticks, line ends and other alphabets", () => {
    const pieces = fc.constantFrom(
      "'",
      '"',
      "$",
      "`",
      "%",
      "\n",
      "\r",
      "'@",
      "\n'@",
      "@'",
      "<U+0041>",
      "’",
      "é",
      "日",
      "😀",
      "\\",
      " ",
      "\t",
      "$(x)",
      "{{secret:a}}",
      "a",
    );
    const anyText = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(pieces).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        const found = stringsIn(parser, `$x = ${literal({ Text: text })}`);
        assert.deepEqual(found, ["Text", text]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("WinSW's files", () => {
  const { plan } = windowsStack();
  const service = plan.services.find(({ name }) => name === "prometheus-1");
  const options = {
    name: "vigil-trade-prod-prometheus-1",
    displayName: "prometheus-1 (trade-prod)",
    description: 'a < b & "c"',
    program: "C:\\Prometheus\\programs\\p\\prometheus.exe",
    wrapperProgram: "C:\\Prometheus\\programs\\w\\winsw.exe",
    home: "C:\\Prometheus\\config\\prometheus-1",
    logs: "C:\\Prometheus\\logs\\prometheus-1",
  };

  it("are XML that says what is started, how long it may take to stop, and how its output is kept", () => {
    assert.ok(service);
    const document = parsed(wrap(service, "winsw", options).file?.text ?? "");
    assert.equal(textOf(document, "id"), options.name);
    assert.equal(textOf(document, "description"), options.description);
    assert.equal(textOf(document, "executable"), options.program);
    assert.match(
      textOf(document, "arguments"),
      /^--config\.file=C:\\Prometheus\\config\\prometheus-1\\prometheus\.yml /,
    );
    assert.equal(textOf(document, "stoptimeout"), "60 sec");
    assert.equal(textOf(document, "sizeThreshold"), "10240");
  });

  it("hold arguments of any characters, or refuse them", () => {
    assert.ok(service);
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme" })), (words) => {
        const wanted = { ...service, arguments: words };
        if (/[%\p{Cc}]/u.test(words.join(""))) {
          assert.throws(() => wrap(wanted, "winsw", options), /% and control characters do not reach/);
          return;
        }
        const text = textOf(parsed(wrap(wanted, "winsw", options).file?.text ?? ""), "arguments");
        assert.deepEqual(argumentsOf(text), words);
      }),
    );
  });
});

type Xml = ReturnType<DOMParser["parseFromString"]>;

/** Refuses what is not well-formed. */
function parsed(text: string): Xml {
  return new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  }).parseFromString(text, "text/xml");
}

function textOf(document: Xml, name: string): string {
  return document.getElementsByTagName(name)[0]?.textContent ?? "";
}

/** As CommandLineToArgvW documents it: backslashes count before a quote only. */
function argumentsOf(line: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  let within = false;
  for (let at = 0; at < line.length; at++) {
    const slashes = /^\\+(?=")/.exec(line.slice(at))?.[0] ?? "";
    if (slashes !== "") {
      word = (word ?? "") + "\\".repeat(Math.floor(slashes.length / 2));
      at += slashes.length;
      if (slashes.length % 2 === 1) word += '"';
      else within = !within;
    } else if (line[at] === '"') {
      word ??= "";
      within = !within;
    } else if (!within && /\s/.test(line[at] ?? "")) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? "") + (line[at] ?? "");
  }
  return word === undefined ? found : [...found, word];
}
