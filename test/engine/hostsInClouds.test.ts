import { deepEqual, equal, match, ok } from "node:assert/strict";
import { stackFileOf } from "../../cli/stackRoot.ts";
import { repository } from "../../cli/engine.ts";
import { readStackFiles } from "../../configuration/stackFiles.ts";
import type { MachineStep } from "../../monitoring/machines.ts";
import { simulatedHostPlan } from "../../simulation/hostFiles.ts";
import { nameOf, ofType, unpacked } from "./machinesStack.ts";
import { SimulatedStack, type StateResource } from "./simulatedStack.ts";

const clouds = [
  {
    stack: "trade-prod",
    type: "VirtualMachineRunCommandByVirtualMachine",
    scriptOf: ({ inputs }: StateResource) => (inputs["source"] as { script: string }).script,
  },
  {
    stack: "trade-aws",
    type: "Document",
    scriptOf: ({ inputs }: StateResource) =>
      (JSON.parse(String(inputs["content"])) as SsmDocument).mainSteps
        .flatMap((each) => each.inputs.runCommand)
        .join("\n"),
  },
] as const;

for (const { stack: name, type, scriptOf } of clouds)
  describe(`stack ${name}`, function () {
    this.timeout(300_000);
    const plan = simulatedHostPlan(stackFileOf(name, readStackFiles(repository)));
    let stack: SimulatedStack;
    let state: StateResource[];

    before(async () => {
      stack = await SimulatedStack.ofStack(name);
      await stack.up();
      state = await stack.state();
    });
    after(() => {
      stack.remove();
    });

    it("carries exactly the steps that a simulation writes out", () => {
      const carried = new Map(ofType(state, type).map((resource) => [nameOf(resource), resource]));
      for (const step of plan.steps) {
        const resource = carried.get(step.name);
        ok(resource, step.name);
        ok(holds(scriptOf(resource), step), step.name);
      }
    });

    it("knows its bucket, people's way in and their password before anybody logs on", () => {
      const outputs = state.find((resource) => resource.type === "pulumi:pulumi:Stack")?.outputs ?? {};
      const endpoints = outputs["endpoints"] as Record<string, string>;
      equal(endpoints["home"], "https://monitoring.trade.internal:8443");
      match(String(outputs["password"]), /^[A-Za-z0-9]{32}$/);
      deepEqual(
        Object.keys(outputs["machines"] as object).sort(),
        plan.machines.map((machine) => machine.name).sort(),
      );
    });

    it("changes nothing in a second run", async () => {
      const { stdout } = await stack.up();
      match(stdout, /\d+ unchanged/);
      equal(/^\s+[-+~]+ +\d+ (?:created|updated|replaced|deleted)/m.test(stdout), false, stdout);
    });
  });

interface SsmDocument {
  readonly mainSteps: readonly { readonly inputs: { readonly runCommand: readonly string[] } }[];
}

function holds(script: string, { install, remove }: MachineStep): boolean {
  const texts = unpacked(script);
  return texts.some((text) => text.endsWith(install)) && (remove === "" || texts.includes(remove));
}
