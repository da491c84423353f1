import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineHome } from "../../cli/engineHome.ts";
import { temporaryProject, type TemporaryProject } from "./temporaryProject.ts";

describe("The engine's home", function () {
  this.timeout(60_000);
  const before = process.env;
  let project: TemporaryProject;
  let users: string;

  beforeEach(async () => {
    users = mkdtempSync(join(tmpdir(), "vigil-home-"));
    process.env = { ...before, PULUMI_HOME: users };
    project = await temporaryProject({ "index.ts": "" });
  });
  afterEach(() => {
    process.env = before;
    project.remove();
    rmSync(users, { recursive: true });
  });

  it("takes no log, neither in the project nor in the user's own", async () => {
    const preview = await project.pulumi(["preview"]);
    assert.equal(preview.code, 0, preview.stdout);
    const home = join(project.folder, ".vigil", "home");
    assert.deepEqual(readdirSync(home).sort(), ["logs", "plugins", "policies", "workspaces"]);
    assert.match(readFileSync(join(home, "logs"), "utf8"), /keeps no log/);
    assert.deepEqual(
      readdirSync(users).filter((name) => name === "logs"),
      [],
    );
  });

  it("remembers the selected stack where the user's own engine does", async () => {
    await project.pulumi(["stack", "select"]);
    assert.equal(readdirSync(join(users, "workspaces")).length, 1);
  });

  it("is the user's own when every message is asked for", async () => {
    process.env["VIGIL_DEBUG"] = "1";
    assert.deepEqual(engineHome(project.folder), {});
    await project.pulumi(["preview"]);
    assert.notDeepEqual(readdirSync(join(users, "logs")), []);
  });
});
