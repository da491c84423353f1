import { bare, type Expression } from "./expression.ts";

/**
 * Whether an expression can yield nothing although there is data: by a comparison, a set operation or absent(). An alert whose
 * expression cannot fires for as long as its series exist.
 */
export function canBeSilent(expression: Expression): boolean {
  const node = bare(expression);
  switch (node.kind) {
    case "binary":
      if (node.operator === "unless") return true;
      if (node.operator === "or") return canBeSilent(node.left) && canBeSilent(node.right);
      if (comparisons.has(node.operator) && !node.bool) return true;
      return canBeSilent(node.left) || canBeSilent(node.right);
    case "call":
      return node.name.startsWith("absent") || node.operands.some(canBeSilent);
    case "aggregate":
      return node.operands.some(canBeSilent);
    case "unary":
    case "subquery":
      return canBeSilent(node.operand);
    default:
      return false;
  }
}

const comparisons: ReadonlySet<string> = new Set(["==", "!=", ">", ">=", "<", "<="]);
