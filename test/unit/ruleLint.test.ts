/** What a linter of rules finds and Prometheus accepts: alerts that always fire, patterns that are none, answers that flap. */
import assert from "node:assert/strict";
import type { Expression } from "../../monitoring/promql/expression.ts";
import { walk } from "../../monitoring/promql/expression.ts";
import { parse } from "../../monitoring/promql/parse.ts";
import { canBeSilent } from "../../monitoring/promql/silence.ts";
import { documentedSystems } from "../../systems/documented.ts";

const systems = documentedSystems();
const alerts = systems.flatMap((system) => system.alerts.flatMap((group) => group.alerts));
const rules = [
  ...alerts.map(({ name, expression }) => ({ name, root: rootOf(expression) })),
  ...systems.flatMap(({ recording }) =>
    recording.flatMap((group) =>
      group.rules.map(({ record, expression }) => ({ name: record, root: rootOf(expression) })),
    ),
  ),
];

function rootOf(expression: string): Expression {
  const { root } = parse(expression);
  assert.ok(root, expression);
  return root;
}

describe("An expression can be silent", () => {
  const silent = [
    "up == 0",
    "absent(up)",
    "a / b > 1",
    "sum(up == 0)",
    "a and b > 1",
    "a unless b",
    "max_over_time((up == 0)[5m:1m])",
    "(count(up == 1) or vector(0)) < 2",
  ];
  const loud = ["up", "vector(1)", "a > bool 1", "sum(rate(x_total[5m]))", "a or b > 1", "a and b"];

  for (const expression of silent)
    it(`as ${expression}`, () => {
      assert.ok(canBeSilent(rootOf(expression)));
    });
  for (const expression of loud)
    it(`but not as ${expression}`, () => {
      assert.ok(!canBeSilent(rootOf(expression)));
    });
});

describe("The rules of every system", () => {
  it("have no alert that always fires but the Watchdog", () => {
    const loud = alerts.filter(({ expression }) => !canBeSilent(rootOf(expression)));
    assert.deepEqual([...new Set(loud.map(({ name }) => name))], ["Watchdog"]);
  });

  it("have no pattern that matches one text only, for which = is there", () => {
    const plain = rules.flatMap(({ name, root }) =>
      [...walk(root)].flatMap((node) =>
        node.kind === "selector"
          ? node.matchers
              .filter(({ operator, value }) => operator.endsWith("~") && /^[\w-]*$/.test(value))
              .map(({ label, value }) => `${name}: ${label}=~"${value}"`)
          : [],
      ),
    );
    assert.deepEqual([...new Set(plain)], []);
  });

  it("have no alert of the first few of many, whose members change from one evaluation to the next", () => {
    const flapping = alerts.filter(({ expression }) =>
      [...walk(rootOf(expression))].some(
        // One of series that differ in nothing that matters is no choice.
        (node) =>
          node.kind === "aggregate" &&
          /^(topk|bottomk|limitk|limit_ratio)$/.test(node.operator) &&
          node.grouping === undefined,
      ),
    );
    assert.deepEqual(
      flapping.map(({ name }) => name),
      [],
    );
  });
});
