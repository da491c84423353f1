import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { renderRunbooks } from "../../monitoring/runbooks.ts";
import { documentedSystems } from "../../systems/documented.ts";
import { ensureTools } from "../../tools/toolchain.ts";

const run = promisify(execFile);
/** Port 1 is nobody's: whatever amtool understands ends there. */
const nobody = "http://127.0.0.1:1";

describe("The silence of a runbook", function () {
  this.timeout(60_000);
  let amtool: string;

  before(async function () {
    this.timeout(1_200_000);
    amtool = (await ensureTools(["alertmanager"])).path("amtool");
  });

  for (const name of ["Watchdog", "HostDiskFull", "KubePodCrashLooping"])
    it(`of ${name} is a command that amtool understands`, async () => {
      const page = renderRunbooks(documentedSystems()).find((one) => one.name === `${name}.md`);
      const [, command = ""] = /```sh\namtool (.*)\n```/.exec(page?.text ?? "") ?? [];
      const given = command.replaceAll("'", "").replace("https://ALERTMANAGER", nobody).split(" ");
      const { stderr } = (await run(amtool, given).catch((error: unknown) => error)) as { stderr: string };
      assert.match(stderr, /dial tcp 127\.0\.0\.1:1: connect: connection refused/);
    });
});
