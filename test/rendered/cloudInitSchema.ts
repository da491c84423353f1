/**
 * cloud-init's own schema of its user data, out of the distribution's package. The package is not installed: it would take
 * hold of the machine.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { check } from "./checkers.ts";

const schemaPath = "usr/lib/python3/dist-packages/cloudinit/config/schemas/schema-cloud-config-v1.json";

let known: Promise<unknown> | undefined;

/** The schema, or why there is none here. */
export function cloudInitSchema(): Promise<unknown> {
  known ??= find();
  return known;
}

async function find(): Promise<unknown> {
  const installed = join("/", schemaPath);
  if (existsSync(installed)) return read(installed);
  const folder = mkdtempSync(join(tmpdir(), "vigil-cloud-init-"));
  try {
    await promisify(execFile)("apt-get", ["download", "cloud-init"], { cwd: folder, timeout: 30_000 });
    const [archive = ""] = await readdir(folder);
    await check("dpkg-deb", "--extract", join(folder, archive), folder);
    return read(join(folder, schemaPath));
  } catch (error) {
    return `cloud-init's schema is in its Debian package, which cannot be had here: ${String(error)}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(path: string): unknown {
  const schema = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  // Of draft 4, of which ajv has no meta-schema; what it uses is the same today.
  delete schema["$schema"];
  return schema;
}
