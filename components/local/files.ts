import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Makes the directory and its parents; those that are new are readable by their owner only. */
export async function ensureDirectory(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/**
 * Writes a file so that a reader sees the old or the new content and never a part; mode 0600.
 * @returns whether the content changed; an equal file is left alone, its time of change too.
 */
export async function writePrivateFile(path: string, content: string): Promise<boolean> {
  if ((await readTextFile(path)) === content) {
    await chmod(path, 0o600);
    return false;
  }
  await ensureDirectory(dirname(path));
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, content, { mode: 0o600, flush: true });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw describeWriteError(path, error);
  }
  return true;
}

/** The file's text, or undefined where there is none. */
export async function readTextFile(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function describeWriteError(path: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  const mends: Record<string, string> = {
    ENOSPC: "the disk is full: free space on it, or set vigil:directory to a folder on another disk",
    EACCES: "permission denied: run as the folder's owner, or set vigil:directory to a folder of yours",
    EROFS: "the file system is read-only: set vigil:directory to a writable folder",
  };
  const mend = code === undefined ? undefined : mends[code];
  return new Error(`cannot write ${path}: ${mend ?? String(error)}`, { cause: error });
}
