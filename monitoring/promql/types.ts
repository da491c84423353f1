import type { AggregateNode, BinaryNode, CallNode, Expression, Finding, SelectorNode } from "./expression.ts";
import { bare } from "./expression.ts";
import { aggregationParameter, experimentalAggregations, signatureOf, type ValueType } from "./functions.ts";
import { matchesEmpty, regexFault } from "./re2.ts";

/** The type of an expression; what is wrong inside it goes to `findings`, in the words of Prometheus where it has some. */
export function typeOf(expression: Expression, findings: Finding[]): ValueType {
  switch (expression.kind) {
    case "number":
      return "scalar";
    case "string":
      return "string";
    case "selector":
      checkSelector(expression, findings);
      return "instant-vector";
    case "range":
      checkSelector(expression.selector, findings);
      return "range-vector";
    case "subquery":
      expect("instant-vector", expression.operand, "a subquery", findings);
      return "range-vector";
    case "parenthesised":
      return typeOf(expression.operand, findings);
    case "unary": {
      const type = typeOf(expression.operand, findings);
      if (type !== "scalar" && type !== "instant-vector")
        note(
          findings,
          expression.position,
          `a sign needs a scalar or an instant vector, got ${spoken(type)}`,
        );
      return type;
    }
    case "aggregate":
      checkAggregate(expression, findings);
      return "instant-vector";
    case "call":
      return checkCall(expression, findings);
    case "binary":
      return checkBinary(expression, findings);
  }
}

export function spoken(type: ValueType): string {
  return `${/^[aeiou]/.test(type) ? "an" : "a"} ${type.replace("-", " ")}`;
}

function checkSelector(selector: SelectorNode, findings: Finding[], mayBeEmpty = false): void {
  const { name, matchers, position } = selector;
  if (name !== undefined && matchers.some((matcher) => matcher.label === "__name__"))
    note(findings, position, `the metric name is set twice, as ${name} and inside the braces`);
  const equal = new Map<string, string>();
  for (const { label, operator, value, position: at } of matchers) {
    const fault = operator === "=~" || operator === "!~" ? regexFault(value) : undefined;
    if (fault !== undefined) note(findings, at, `invalid regular expression for ${label}: ${fault}`);
    if (operator !== "=") continue;
    const before = equal.get(label);
    if (before !== undefined && before !== value)
      note(findings, at, `${label} cannot equal both "${before}" and "${value}": nothing would match`);
    equal.set(label, value);
  }
  if (name === undefined && !mayBeEmpty && !matchers.some(refusesEmpty))
    note(
      findings,
      position,
      "the selector matches every series: name a metric or one matcher that refuses an empty value",
    );
}

function refusesEmpty({ operator, value }: SelectorNode["matchers"][number]): boolean {
  if (operator === "=") return value !== "";
  if (operator === "!=") return value === "";
  return matchesEmpty(value) === (operator === "!~");
}

function checkAggregate(aggregate: AggregateNode, findings: Finding[]): void {
  const { operator, operands, position } = aggregate;
  const parameter = aggregationParameter[operator];
  const wanted = parameter === undefined ? 1 : 2;
  if (experimentalAggregations.has(operator))
    note(
      findings,
      position,
      `aggregation "${operator}" needs --enable-feature=promql-experimental-functions`,
    );
  if (operands.length !== wanted) {
    note(findings, position, `${operator} takes ${argumentCount(wanted)}, got ${operands.length}`);
    return;
  }
  const [first, last] = [operands[0], operands[wanted - 1]];
  if (parameter !== undefined && first) expect(parameter, first, `the parameter of ${operator}`, findings);
  if (last) expect("instant-vector", last, operator, findings);
}

function checkCall(call: CallNode, findings: Finding[]): ValueType {
  const { name, operands, position } = call;
  const signature = signatureOf(name);
  if (!signature) {
    note(findings, position, `unknown function "${name}"`);
    return "instant-vector";
  }
  if (signature.experimental)
    note(findings, position, `function "${name}" needs --enable-feature=promql-experimental-functions`);
  const { parameters, optional, atMost, returns } = signature;
  const atLeast = parameters.length - optional;
  if (operands.length < atLeast || operands.length > atMost) {
    const bounds = atMost === Infinity ? `at least ${atLeast}` : `${atLeast} to ${atMost}`;
    const wanted = atLeast === atMost ? argumentCount(atLeast) : `${bounds} arguments`;
    note(findings, position, `${name}() takes ${wanted}, got ${operands.length}`);
  }
  operands.slice(0, atMost).forEach((operand, index) => {
    const type = parameters[Math.min(index, parameters.length - 1)];
    // info() takes a bare set of matchers, where every label may be optional.
    if (name === "info" && index === 1 && operand.kind === "selector" && operand.name === undefined)
      checkSelector(operand, findings, true);
    else if (type) expect(type, operand, `${name}()`, findings);
  });
  if (name === "label_replace") checkReplacement(operands[4], findings);
  return returns;
}

/** promtool lets a bad pattern pass; the query then fails when it runs. */
function checkReplacement(pattern: Expression | undefined, findings: Finding[]): void {
  const literal = pattern && bare(pattern);
  if (literal?.kind !== "string") return;
  const fault = regexFault(literal.value);
  if (fault !== undefined)
    note(findings, literal.position, `invalid regular expression in label_replace(): ${fault}`);
}

const comparisons: ReadonlySet<string> = new Set(["==", "!=", ">", ">=", "<", "<="]);
const setOperators: ReadonlySet<string> = new Set(["and", "or", "unless"]);

function checkBinary(binary: BinaryNode, findings: Finding[]): ValueType {
  const { operator, operatorPosition: at, matching } = binary;
  const sides = [typeOf(binary.left, findings), typeOf(binary.right, findings)] as const;
  const isSet = setOperators.has(operator);
  const vectors = sides.filter((type) => type === "instant-vector").length;

  for (const [type, side] of [[sides[0], binary.left] as const, [sides[1], binary.right] as const])
    if (type !== "scalar" && type !== "instant-vector")
      note(findings, side.position, `${operator} needs scalars or instant vectors, got ${spoken(type)}`);
  if (binary.bool && !comparisons.has(operator))
    note(findings, at, `bool goes with comparisons only, not with ${operator}`);
  if (comparisons.has(operator) && !binary.bool && sides.every((type) => type === "scalar"))
    note(findings, at, `two scalars are compared with bool: ${operator} bool`);
  if (isSet && sides.includes("scalar"))
    note(findings, at, `${operator} needs an instant vector on both sides`);
  if (vectors < 2 && (matching?.labels.length ?? 0) > 0)
    note(findings, at, `${matching?.on ? "on" : "ignoring"}(…) needs an instant vector on both sides`);
  if (isSet && matching?.group) note(findings, at, `${operator} takes no group_left or group_right`);
  const both = matching?.on ? matching.group?.find((label) => matching.labels.includes(label)) : undefined;
  if (both !== undefined) note(findings, at, `label ${both} is in on(…) and in the group clause`);
  if (binary.fill) note(findings, at, "fill modifiers need --enable-feature=promql-binop-fill-modifiers");
  return vectors > 0 ? "instant-vector" : "scalar";
}

function expect(wanted: ValueType, operand: Expression, where: string, findings: Finding[]): void {
  const type = typeOf(operand, findings);
  if (type !== wanted)
    note(
      findings,
      operand.position,
      `${where} needs ${spoken(wanted)}, got ${spoken(type)}${mend(wanted, type)}`,
    );
}

function mend(wanted: ValueType, got: ValueType): string {
  if (wanted === "range-vector" && got === "instant-vector") return ": add a range such as [5m]";
  if (wanted === "instant-vector" && got === "range-vector")
    return ": drop the range or use a function over it";
  return "";
}

function argumentCount(count: number): string {
  return count === 1 ? "1 argument" : `${count} arguments`;
}

function note(findings: Finding[], position: number, message: string): void {
  findings.push({ position, message });
}
