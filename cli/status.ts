/** `npm run status`: what runs, whether it is healthy, where to look, where the password is. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { describeReport, reportStack } from "./report.ts";
import { stackRoot } from "./stackRoot.ts";
import { run } from "./terminal.ts";

const help = `npm run status -- [--stack dev] [--json] [--show-password]

What runs in a stack of this machine: each service with its state, process and ports, the addresses of the user
interfaces, and where the password is. The exit code is 0 when everything is healthy or stopped on purpose.

  --stack NAME      the stack (default: dev)
  --json            one object, for programs (npm run -s status -- --json)
  --show-password   print the password of the user interfaces, and nothing else`;

await run(async () => {
  const { values } = parseArgs({
    options: {
      stack: { type: "string", default: "dev" },
      json: { type: "boolean", default: false },
      "show-password": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const report = await reportStack(values.stack, stackRoot(values.stack));
  if (values["show-password"]) console.log(readFileSync(report.credentials.passwordFile, "utf8"));
  else console.log(values.json ? JSON.stringify(report, null, 2) : describeReport(report));
  return report.healthy ? 0 : 1;
});
