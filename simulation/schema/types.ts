/** The types of the SDKs' declarations, as far as a value can be held against them. */
import ts from "typescript";

/** `reference` names an interface (`inputs.storage.SkuArgs`) or an enum, found when a value asks for it. */
export type Type =
  | { readonly kind: "string" | "number" | "boolean" | "any" | "asset" }
  | { readonly kind: "literal"; readonly value: string | number | boolean }
  | { readonly kind: "array"; readonly element: Type }
  | { readonly kind: "map"; readonly element: Type }
  | { readonly kind: "object"; readonly fields: Fields }
  | { readonly kind: "union"; readonly members: readonly Type[] }
  | { readonly kind: "reference"; readonly name: string };

export interface Field {
  readonly type: Type;
  readonly required: boolean;
}

export type Fields = Readonly<Record<string, Field>>;

/** The fields of one interface or class declaration, given as text. */
export function fieldsOf(declaration: string): Fields {
  const file = ts.createSourceFile("slice.d.ts", declaration, ts.ScriptTarget.Latest);
  const [statement] = file.statements;
  if (statement === undefined || !(ts.isInterfaceDeclaration(statement) || ts.isClassDeclaration(statement)))
    throw new Error(
      `a declaration of an interface or a class was expected, got: ${declaration.slice(0, 80)}`,
    );
  return membersOf(statement.members, file);
}

function membersOf(members: readonly ts.Node[], file: ts.SourceFile): Fields {
  const fields: Record<string, Field> = {};
  for (const member of members) {
    if (!ts.isPropertySignature(member) && !ts.isPropertyDeclaration(member)) continue;
    if (member.type === undefined || isStatic(member)) continue;
    const name =
      ts.isIdentifier(member.name) || ts.isStringLiteral(member.name) ? member.name.text : undefined;
    if (name === undefined) continue;
    const type = typeOf(member.type, file);
    fields[name] = {
      type: type ?? { kind: "any" },
      required: member.questionToken === undefined && !allowsUndefined(member.type),
    };
  }
  return fields;
}

/** undefined for `undefined` and `null` themselves. */
function typeOf(node: ts.TypeNode, file: ts.SourceFile): Type | undefined {
  switch (node.kind) {
    case ts.SyntaxKind.StringKeyword:
      return { kind: "string" };
    case ts.SyntaxKind.NumberKeyword:
      return { kind: "number" };
    case ts.SyntaxKind.BooleanKeyword:
      return { kind: "boolean" };
    case ts.SyntaxKind.AnyKeyword:
    case ts.SyntaxKind.UnknownKeyword:
      return { kind: "any" };
    case ts.SyntaxKind.UndefinedKeyword:
      return undefined;
  }
  if (ts.isParenthesizedTypeNode(node)) return typeOf(node.type, file);
  if (ts.isTypeOperatorNode(node)) return typeOf(node.type, file);
  if (ts.isArrayTypeNode(node))
    return { kind: "array", element: typeOf(node.elementType, file) ?? { kind: "any" } };
  if (ts.isLiteralTypeNode(node)) return literalOf(node.literal);
  if (ts.isUnionTypeNode(node)) return unionOf(node.types.map((member) => typeOf(member, file)));
  if (ts.isTypeLiteralNode(node)) return literalTypeOf(node, file);
  if (ts.isTypeReferenceNode(node)) return referenceOf(node, file);
  return { kind: "any" };
}

function literalOf(literal: ts.LiteralTypeNode["literal"]): Type | undefined {
  if (ts.isStringLiteral(literal)) return { kind: "literal", value: literal.text };
  if (ts.isNumericLiteral(literal)) return { kind: "literal", value: Number(literal.text) };
  if (literal.kind === ts.SyntaxKind.TrueKeyword) return { kind: "literal", value: true };
  if (literal.kind === ts.SyntaxKind.FalseKeyword) return { kind: "literal", value: false };
  return undefined;
}

function unionOf(found: readonly (Type | undefined)[]): Type | undefined {
  const members = found.filter((member) => member !== undefined);
  const [only] = members;
  return members.length <= 1 ? only : { kind: "union", members };
}

function literalTypeOf(node: ts.TypeLiteralNode, file: ts.SourceFile): Type {
  const index = node.members.find(ts.isIndexSignatureDeclaration);
  if (index !== undefined) return { kind: "map", element: typeOf(index.type, file) ?? { kind: "any" } };
  return { kind: "object", fields: membersOf(node.members, file) };
}

/** `pulumi.Input<T>`, `pulumi.Output<T>`, `Promise<T>` are T here: the engine has resolved them. */
function referenceOf(node: ts.TypeReferenceNode, file: ts.SourceFile): Type | undefined {
  const name = node.typeName.getText(file);
  const [argument] = node.typeArguments ?? [];
  if (/^(?:pulumi\.)?(?:Input|Output|Promise)$/.test(name) && argument) return typeOf(argument, file);
  if (/\b(?:Asset|Archive|AssetMap)$/.test(name)) return { kind: "asset" };
  if (/^(?:inputs|outputs|enums)\./.test(name)) return { kind: "reference", name };
  if (name === "Array" && argument)
    return { kind: "array", element: typeOf(argument, file) ?? { kind: "any" } };
  if (name === "Record") return { kind: "map", element: { kind: "any" } };
  // What is left are ARN and Region, which are texts, and resources, which arrive as their ids.
  return { kind: "string" };
}

function allowsUndefined(node: ts.TypeNode): boolean {
  if (node.kind === ts.SyntaxKind.UndefinedKeyword) return true;
  if (ts.isUnionTypeNode(node)) return node.types.some(allowsUndefined);
  if (ts.isTypeReferenceNode(node)) return (node.typeArguments ?? []).some(allowsUndefined);
  return false;
}

function isStatic(node: ts.PropertySignature | ts.PropertyDeclaration): boolean {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.StaticKeyword) ?? false;
}
