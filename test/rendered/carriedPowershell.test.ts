/** What carries steps to Windows machines, under a real PowerShell grammar. */
import assert from "node:assert/strict";
import type { Node, Parser } from "web-tree-sitter";
import { powershellValues } from "../../components/hosts/channel.ts";
import { withCloudSteps } from "../../monitoring/carried/cloudSteps.ts";
import { packedScript } from "../../monitoring/carried/packed.ts";
import { powershellLine } from "../../monitoring/carried/secretLines.ts";
import type { Machine, MachineStep } from "../../monitoring/machines.ts";
import { unpacked } from "../engine/machinesStack.ts";
import { powershellParser } from "./powershell.ts";

const machine: Machine = { name: "node-1", system: "windows", role: "node", address: "10.40.0.10" };
const base: MachineStep = {
  name: "node-1-base",
  machine: "node-1",
  shell: "powershell",
  install: "$ErrorActionPreference = 'Stop'\n",
  remove: "$ErrorActionPreference = 'Stop'\n",
  values: ["secret:x"],
  after: [],
};
const steps = withCloudSteps([machine], [base], { dataFolder: "D:\\Vigil's data" });
const stores = [
  { store: "key-vault", uri: "https://kv-x.vault.azure.net/secrets/step-node-1-base/01" },
  {
    store: "secrets-manager",
    region: "us-east-1",
    arn: "arn:aws:secretsmanager:us-east-1:1:secret:x",
    version: "v",
  },
] as const;
const preludes = stores.map((store) => `${powershellLine(store)}${powershellValues("Read-VigilLine")}`);

/** What Windows PowerShell 5.1 on a server of the cloud has, of what these scripts use. Aliases are none of it. */
const known = new Set(
  (
    "Add-PartitionAccessPath Expand-Script Format-Volume Get-ChildItem Get-Disk Get-Partition Get-PartitionSupportedSize " +
    "Get-SECSecretValue Get-Volume Initialize-Disk Invoke-RestMethod New-Item New-Object New-Partition Out-Null Read-VigilLine " +
    "Remove-Item Resize-Partition Set-Disk Sort-Object Start-Sleep Test-Path Where-Object"
  ).split(" "),
);

describe("what carries steps to Windows machines", function () {
  this.timeout(60_000);
  let parser: Parser;
  before(async () => {
    parser = await powershellParser();
  });

  const own = steps
    .filter(({ name }) => name !== base.name)
    .map(({ name, install }) => [name, install] as const);
  const scripts = [
    ...own,
    ...preludes.map((prelude, index) => [`values ${String(index)}`, prelude] as const),
    ["packed", packedScript(base, preludes[0] ?? "")] as const,
  ];
  for (const [name, text] of scripts)
    it(`parses, calls nothing unknown, and is plain ASCII: ${name}`, () => {
      const root = parser.parse(text)?.rootNode;
      assert.ok(root && !root.hasError, text);
      assert.doesNotMatch(text, /[^\n\x20-\x7e]/);
      const commands = all(root).filter(({ type }) => type === "command");
      for (const command of commands) {
        const called = command.namedChildren.find(({ type }) => type === "command_name")?.text ?? "";
        const isProgram = command.text.startsWith("&");
        assert.ok(isProgram || known.has(called), command.text);
        if (isProgram)
          assert.match(text.slice(command.endIndex), /^[^\n]*\n\s*(?:if \(|exit )\$LASTEXITCODE/);
      }
    });

  it("stops at the first failure", () => {
    for (const [name, text] of scripts.filter(([name]) => !name.startsWith("values")))
      assert.match(text, /^\$ErrorActionPreference = 'Stop'\n/, name);
  });

  it("holds the step, its values' way and its removal, packed", () => {
    const [removal, installation] = unpacked(packedScript(base, preludes[1] ?? ""));
    assert.equal(removal, base.remove);
    assert.equal(installation, `${preludes[1] ?? ""}\n${base.install}`);
  });
});

function all(node: Node): Node[] {
  return [node, ...node.children.flatMap(all)];
}
