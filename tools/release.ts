import { existsSync, mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { run } from "./command.ts";
import { download, publishedSha256, type Patience } from "./download.ts";
import { fillIn, type Pin } from "./pins.ts";
import type { Progress } from "./progress.ts";

/**
 * Downloads a pin's official release into `<cache>/downloads`, checks it against the published sha256 and unpacks it
 * into `staging`. Throws, and leaves at most a partial download that the next run continues.
 */
export async function unpackRelease(
  pin: Pin,
  cache: string,
  staging: string,
  patience: Patience,
  progress: Progress,
): Promise<void> {
  if (!pin.release) throw new Error("there is no release to download");
  const url = fillIn(pin, pin.release.url);
  const sha256 = await publishedSha256(fillIn(pin, pin.release.checksums), basename(url), patience);
  const downloads = join(cache, "downloads");
  mkdirSync(downloads, { recursive: true });
  const part = join(downloads, `${pin.name}-${pin.version}-${pin.digest}.part`);
  let received = 0;
  await progress.during(
    `${pin.name} ${pin.version}: ${existsSync(part) ? "continuing" : "downloading"} ${url}`,
    () => download(url, part, sha256, patience, (bytes) => (received = bytes)),
    () => `${(received / 1e6).toFixed(1)} MB`,
  );
  // The system's tar: GNU's and BSD's read the same archives, a reader of our own would be a dependency to keep.
  await run("tar", ["-xzf", part, "-C", join(staging, pin.release.unpackInto), "--strip-components=1"]);
  rmSync(part, { force: true });
}
