/**
 * A home for the engine in which it cannot keep its automatic log.
 *
 * In every run the engine writes all its messages, with all properties of every resource, to an encrypted file of some 2 MB
 * in `~/.pulumi/logs`: a sixth of the time of a preview of 300 resources, and one more copy of every secret. There is no
 * switch, but it goes on without where the folder cannot be made (cmd/pulumi/pulumi.go, "automatic logging unavailable").
 * What else the user's home has is linked: plugins, the selected stacks, policy packs; logins stay where they are.
 */
import { mkdirSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Folders of a home that the engine shares with runs of other projects: sdk/go/common/workspace. */
const shared = ["plugins", "workspaces", "policies"];

/**
 * The environment that gives the engine such a home; none with VIGIL_DEBUG, which asks for every message.
 * @param folder of the project for its own things (0700)
 */
export function engineHome(folder: string): NodeJS.ProcessEnv {
  const { VIGIL_DEBUG, PULUMI_HOME, PULUMI_CREDENTIALS_PATH } = process.env;
  if (VIGIL_DEBUG !== undefined) return {};
  const users = PULUMI_HOME ?? join(homedir(), ".pulumi");
  const home = join(folder, "home");
  if (users === home) return {};
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(join(home, "logs"), "A file, so that the engine keeps no log: see cli/engineHome.ts.\n");
  for (const name of shared) {
    mkdirSync(join(users, name), { recursive: true, mode: 0o700 });
    link(join(users, name), join(home, name));
  }
  return { PULUMI_HOME: home, PULUMI_CREDENTIALS_PATH: PULUMI_CREDENTIALS_PATH ?? users };
}

function link(target: string, path: string): void {
  try {
    if (readlinkSync(path) === target) return;
    rmSync(path);
  } catch {
    // not there yet
  }
  try {
    symlinkSync(target, path, "junction");
  } catch (error) {
    // A run beside this one was first.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}
