import type { SyntaxNode } from "@lezer/common";
import type { Finding } from "./expression.ts";

/** What is being read: the text, and where the faults that the grammar lets pass are noted. */
export interface Reading {
  readonly source: string;
  readonly findings: Finding[];
}

export function note(reading: Reading, position: number, message: string): void {
  reading.findings.push({ position, message });
}

export function textOf(reading: Reading, node: SyntaxNode): string {
  return reading.source.slice(node.from, node.to);
}

/** The nodes directly below one, without comments. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== "LineComment") children.push(child);
  }
  return children;
}

/** @throws where the grammar has another shape than that of lezer-promql 0.315. */
export function childAt(node: SyntaxNode, index: number): SyntaxNode {
  let left = index;
  for (let child = node.firstChild; child; child = child.nextSibling) {
    if (child.name !== "LineComment" && left-- === 0) return child;
  }
  throw new Error(`PromQL grammar: ${node.name} has no child ${index}: expected lezer-promql 0.315`);
}
