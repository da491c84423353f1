/**
 * How the values of a step travel: one line of ASCII, `NAME=BASE64` after `NAME=BASE64`, which no shell, no JSON and no
 * code page changes; and the functions by which a step's script reads them.
 */

/** @param values texts by name; names hold neither `=` nor `;` */
export function encodeValues(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => `${name}=${Buffer.from(text).toString("base64")}`)
    .join(";");
}

/**
 * Text of `Get-VigilValues`, which returns a table of texts by name.
 * @param expression PowerShell that gives the line, evaluated once
 */
export function powershellValues(expression: string): string {
  return `$vigilLine = ${expression}
function Get-VigilValues {
  $values = @{}
  foreach ($pair in $vigilLine.Split(';')) {
    $at = $pair.IndexOf('=')
    if ($at -lt 1) { continue }
    $values[$pair.Substring(0, $at)] = [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($pair.Substring($at + 1)))
  }
  return $values
}
`;
}

/**
 * Text of `vigil_value NAME`, which prints a value exactly, without a line's end.
 * @param command bash that prints the line, run once; what it prints stays a variable of the script's own
 */
export function bashValues(command: string): string {
  return `vigil_line_read=$(${command}) || exit 1
vigil_value() {
  local pair IFS=';'
  for pair in $vigil_line_read; do
    if [ "\${pair%%=*}" = "$1" ]; then
      printf '%s' "\${pair#*=}" | base64 -d
      return
    fi
  done
  echo "this step has no value $1" >&2
  return 1
}
`;
}
