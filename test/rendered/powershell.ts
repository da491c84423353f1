/** What a generated PowerShell script must be, seen from its syntax tree: there is no PowerShell on every machine. */
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { Language, Parser, type Node } from "web-tree-sitter";

const { resolve } = createRequire(import.meta.url);

/** A parser of PowerShell; what it makes of a text is a tree of Windows PowerShell's and PowerShell 7's common syntax. */
export async function powershellParser(): Promise<Parser> {
  await Parser.init();
  const grammar = await readFile(resolve("tree-sitter-powershell/tree-sitter-powershell.wasm"));
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return parser;
}

/**
 * Everything that is wrong with a script, each with its line.
 * @param others scripts of the same kind: where a list is empty in one, they have the fields of its members
 */
export function lint(parser: Parser, text: string, others: readonly string[] = []): string[] {
  const tree = parser.parse(text);
  if (tree === null) return ["it was not parsed"];
  try {
    const root = tree.rootNode;
    return [
      ...texts(text),
      ...syntax(root),
      ...commands(root),
      ...variables(root),
      ...fields(root, [text, ...others].join("\n")),
      ...order(root),
    ];
  } finally {
    tree.delete();
  }
}

function at(node: Node, what: string): string {
  return `line ${String(node.startPosition.row + 1)}: ${what}`;
}

function texts(text: string): string[] {
  const wanted = [
    "$ErrorActionPreference = 'Stop'",
    "Set-StrictMode -Version",
    "[Net.SecurityProtocolType]::Tls12",
    "function Invoke-VigilNative",
  ];
  return [
    ...wanted.filter((part) => !text.includes(part)).map((part) => `"${part}" is missing`),
    ...(/[^\n\x20-\x7e]/.test(text) ? ["it holds other characters than printable ASCII"] : []),
  ];
}

function syntax(root: Node): string[] {
  return root.hasError
    ? all(root, (node) => node.isError || node.isMissing).map((node) => at(node, "syntax"))
    : [];
}

/** What Windows PowerShell 5.1 has, of what the scripts use. Aliases are none of it: `sc` is Set-Content there. */
const cmdlets = new Set(
  (
    "Add-LocalGroupMember Copy-Item ConvertTo-Json Expand-Archive ForEach-Object Get-ChildItem Get-CimInstance Get-Content " +
    "Get-Item Get-ScheduledTask New-ScheduledTaskAction New-ScheduledTaskPrincipal New-ScheduledTaskSettingsSet " +
    "New-ScheduledTaskTrigger Register-ScheduledTask Set-Service Start-ScheduledTask Unregister-ScheduledTask " +
    "Get-FileHash Get-ItemProperty Get-LocalGroupMember Get-NetConnectionProfile Get-NetFirewallProfile Get-NetFirewallRule " +
    "Get-NetIPAddress Get-Service Invoke-CimMethod Invoke-WebRequest Join-Path Move-Item New-Item New-ItemProperty " +
    "New-NetFirewallRule New-Object New-Service Remove-Item Remove-ItemProperty Remove-NetFirewallRule Select-Object " +
    "Set-NetConnectionProfile Set-StrictMode Sort-Object Start-Service Start-Sleep Stop-Service Test-Path Where-Object"
  ).split(" "),
);

/** Every command is a cmdlet that is known or a function of the script, with as many arguments as that takes. */
function commands(root: Node): string[] {
  const functions = new Map(
    all(root, ({ type }) => type === "function_statement").map((node) => [
      child(node, "function_name")?.text ?? "",
      all(node, ({ type }) => type === "parameter_list")[0]?.namedChildren.length ?? 0,
    ]),
  );
  return all(root, ({ type }) => type === "command").flatMap((node) => {
    const operator = child(node, "command_invokation_operator");
    if (operator !== null) return native(node);
    const name = child(node, "command_name")?.text ?? "";
    if (cmdlets.has(name) || name === "Get-VigilValues") return [];
    const takes = functions.get(name);
    if (takes === undefined)
      return [at(node, `${name} is no function of the script and no cmdlet that is known`)];
    const given = (child(node, "command_elements")?.namedChildren ?? []).filter(
      ({ type }) => !["command_argument_sep", "redirection"].includes(type),
    );
    return given.length > takes ? [at(node, `${name} takes ${String(takes)} arguments`)] : [];
  });
}

/** Programs are called in one place, which looks at the exit code. */
function native(node: Node): string[] {
  const around = ancestor(node, "function_statement");
  const name = around === null ? "" : child(around, "function_name")?.text;
  if (name !== "Invoke-VigilNative") return [at(node, "a program is called outside Invoke-VigilNative")];
  return around?.text.includes("$LASTEXITCODE") === true ? [] : [at(node, "the exit code is not looked at")];
}

const automatic = new Set([
  "_",
  "null",
  "true",
  "false",
  "matches",
  "lastexitcode",
  "env",
  "erroractionpreference",
  "progresspreference",
]);

/** Under strict mode a variable that nobody has set ends the script. */
function variables(root: Node): string[] {
  const topLevel = assigned(root, (node) => ancestor(node, "function_statement") === null);
  return all(root, ({ type }) => type === "function_statement").flatMap((body) => {
    const own = assigned(body, () => true);
    return all(body, ({ type }) => type === "variable")
      .filter((node) => !node.text.includes("::"))
      .flatMap((node) => {
        const name = nameOf(node);
        return automatic.has(name) || own.has(name) || topLevel.has(name)
          ? []
          : [at(node, `${node.text} is set nowhere`)];
      });
  });
}

function assigned(within: Node, counts: (node: Node) => boolean): Set<string> {
  const places = all(within, ({ type }) =>
    ["left_assignment_expression", "script_parameter", "foreach_statement"].includes(type),
  ).filter(counts);
  return new Set(
    places.flatMap((place) =>
      all(place, ({ type }) => type === "variable")
        .slice(0, 1)
        .map(nameOf),
    ),
  );
}

function nameOf({ text }: Node): string {
  return text
    .replace(/^[$@]\{?/, "")
    .replace(/^(?:script|global):/, "")
    .replace(/^env:.*/, "env")
    .toLowerCase();
}

/** Members of .NET's and Windows' own objects that the scripts read. */
const members = new Set(
  (
    "Count Length Name FullName PSIsContainer Value Status Thumbprint Certificate ChainElements Hash PathName Description " +
    "ReturnValue InterfaceIndex NetworkCategory Enabled DefaultInboundAction Exception Message Groups ChainPolicy ExtraStore " +
    "RevocationMode VerificationFlags FileName Arguments UseShellExecute CreateNoWindow RedirectStandardInput " +
    "RedirectStandardOutput RedirectStandardError StandardOutputEncoding StandardErrorEncoding EnvironmentVariables StandardOutput " +
    "StandardError StandardInput BaseStream ExitCode Result TaskName " +
    " ReadTimeout WriteTimeout Host Port Authority PathAndQuery Elapsed TotalSeconds PSObject Properties"
  ).split(" "),
);

/** A field that is read of the step's data is there: the data and what reads it are in two languages. */
function fields(root: Node, text: string): string[] {
  const read = all(root, ({ type, text: whole }) => type === "member_access" && !whole.startsWith("["));
  return read.flatMap((node) => {
    const name = child(node, "member_name")?.text ?? "";
    const there =
      members.has(name) ||
      text.includes(`'${name}' = `) ||
      new RegExp(`[{;] ?${name} = `).test(text) ||
      /^\W/.test(name);
    return there ? [] : [at(node, `${node.text}: no data of the script has ${name}`)];
  });
}

/** Values, downloads and services are touched only where a failure is caught and told. */
function order(root: Node): string[] {
  const body = root.namedChildren.flatMap((node) =>
    node.type === "statement_list" ? node.namedChildren : [node],
  );
  return body.some(({ type }) => type === "try_statement") ? [] : ["what fails is not told in one line"];
}

function all(node: Node, wanted: (node: Node) => boolean): Node[] {
  const within = node.children.flatMap((part) => all(part, wanted));
  return wanted(node) ? [node, ...within] : within;
}

function child(node: Node, type: string): Node | null {
  return node.namedChildren.find((part) => part.type === type) ?? null;
}

function ancestor(node: Node, type: string): Node | null {
  let above = node.parent;
  while (above !== null && above.type !== type) above = above.parent;
  return above;
}

/** Every string of a script as PowerShell has it when it runs, with what `Expand-VigilText` puts back. @throws when it does not parse */
export function stringsIn(parser: Parser, text: string): string[] {
  const root = parser.parse(text)?.rootNode;
  if (root === undefined || root.hasError) throw new Error(`does not parse: ${text}`);
  return all(root, ({ type }) => /^verbatim_(?:here_)?string_characters$/.test(type)).map((node) => {
    const here = node.type.includes("here");
    // A block begins after its first line and ends before the line end of its last.
    const inside = here ? node.text.slice(3, -3) : node.text.slice(1, -1).replaceAll("''", "'");
    const expanded = ancestor(node, "command")?.text.startsWith("Expand-VigilText") === true;
    return expanded
      ? inside.replaceAll(/<U\+([0-9A-F]{4})>/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
      : inside;
  });
}
