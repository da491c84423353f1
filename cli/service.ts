/** `npm run service`: one service of a stack of this machine. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startService, stopService } from "../components/local/control.ts";
import { readInventory, type Inventory } from "../components/local/inventory.ts";
import { stackRoot } from "./stackRoot.ts";
import { run } from "./terminal.ts";

const help = `npm run service -- stop|start|restart|logs NAME [--stack dev] [--lines 50]

  stop NAME      stops a service on purpose: it stays down until it is started, also over npm start, and status says so
  start NAME     starts it again and waits until it is healthy
  restart NAME   stops and starts it
  logs NAME      the last lines of its log

  --stack NAME   the stack (default: dev)
  --lines N      with logs (default: 50)

The names are those of npm run status.`;

await run(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      stack: { type: "string", default: "dev" },
      lines: { type: "string", default: "50" },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  const [command, name] = positionals;
  if (values.help || command === undefined || name === undefined) {
    console.log(help);
    return values.help ? 0 : 1;
  }
  const inventory = await readInventory(stackRoot(values.stack));
  assertKnown(inventory, name);
  switch (command) {
    case "stop":
      await stopService(inventory, name);
      console.log(`${name} is stopped; start it again: npm run service -- start ${name}`);
      return 0;
    case "start":
    case "restart":
      await startService(inventory, name);
      console.log(`${name} is healthy`);
      return 0;
    case "logs":
      console.log(await lastLines(join(inventory.paths.logs, `${name}.log`), lineCount(values.lines)));
      return 0;
    default:
      throw new Error(`"${command}" is not a command; expected stop, start, restart or logs`);
  }
});

function assertKnown({ services }: Inventory, name: string): void {
  const names = services.map((service) => service.name);
  if (names.length === 0) throw new Error("the stack is not up; start it: npm start");
  if (!names.includes(name)) throw new Error(`no service "${name}"; there are ${names.join(", ")}`);
}

function lineCount(given: string): number {
  if (!/^[1-9]\d{0,5}$/.test(given))
    throw new Error(`--lines: got ${given}, expected a number from 1 to 999999`);
  return Number(given);
}

/** @throws where the service has written nothing yet */
async function lastLines(path: string, count: number): Promise<string> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") throw new Error(`${path}: no log yet`);
    throw error;
  });
  return text.trimEnd().split("\n").slice(-count).join("\n");
}
