/** How commands speak to the person in front of them. */
import { resolve } from "node:path";
import { stdout } from "node:process";
import { createInterface } from "node:readline/promises";

const codes = { bold: 1, dim: 2, red: 31, green: 32, amber: 33 } as const;

/** The text in a colour where the output is a terminal that wants one (https://no-color.org). */
export function colour(name: keyof typeof codes, text: string): string {
  const plain = !stdout.isTTY || process.env["NO_COLOR"] !== undefined;
  return plain ? text : `\u001b[${String(codes[name])}m${text}\u001b[0m`;
}

/** A path as whoever gave the command means it: npm runs scripts in the project's folder, and says in INIT_CWD where that was. */
export function fromCaller(path: string): string {
  return resolve(process.env["INIT_CWD"] ?? ".", path);
}

/** Rows as columns that are as wide as their widest cell. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]?.map((_, column) =>
    Math.max(...rows.map((row) => visibleLength(row[column] ?? ""))),
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell + " ".repeat((widths?.[column] ?? 0) - visibleLength(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Whether a person at the terminal says yes; without a terminal nobody does. */
export async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** Runs a command's main function; what goes wrong is one line, its stack only with VIGIL_DEBUG. */
export async function run(main: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`${colour("red", "error:")} ${messageOf(error)}\n`);
    if (process.env["VIGIL_DEBUG"] !== undefined) console.error(error);
    process.exitCode = 1;
  }
}

function visibleLength(text: string): number {
  // eslint-disable-next-line no-control-regex -- colours take no room
  return text.replaceAll(/\u001b\[\d+m/g, "").length;
}

/** What was thrown, for its reader: without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
