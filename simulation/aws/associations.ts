/** Associations of Systems Manager: a script that is asked to fail does so as it would there, and leaves its output in S3. */
import type { Call, Existing, Partly } from "../cloud.ts";
import { guid, hex, moment } from "../invented.ts";
import { plain, textAt, type Properties } from "../propertyValues.ts";

/** What scripts wrote to stderr before they failed, by bucket and key. */
const written = new Map<string, string>();

/** @param stderr what the failing script writes */
export function associationFails(
  { token, id, inputs, urn }: Existing,
  stderr: string,
  operation: "create" | "update",
): Partly | "unnoticed" | undefined {
  if (token !== "aws:ssm/association:Association") return undefined;
  const bucket = textAt(inputs, "outputLocation", "s3BucketName");
  const prefix = textAt(inputs, "outputLocation", "s3KeyPrefix") ?? "";
  const run = `${hex(urn, 12)}/${id}/${guid(stderr)}/awsrunShellScript/0.step/stderr`;
  if (bucket !== undefined) written.set(`${bucket}/${prefix}/${run}`, stderr);
  // The provider waits for a new association, where it is told to, and never for one that changes.
  const waits = operation === "create" && plain(inputs["waitForSuccessTimeoutSeconds"]) !== undefined;
  if (!waits) return "unnoticed";
  return {
    message: `waiting for SSM Association (${id}) create: unexpected state 'Failed', wanted target 'Success'`,
  };
}

export function objectsOf({ arguments: asked }: Call): Properties {
  const bucket = textAt(asked, "bucket") ?? "";
  const start = `${bucket}/${textAt(asked, "prefix") ?? ""}`;
  const keys = [...written.keys()]
    .filter((path) => path.startsWith(start))
    .map((path) => path.slice(bucket.length + 1));
  return { bucket, id: bucket, keys, commonPrefixes: [], owners: [] };
}

/** @throws where there is no such object */
export function objectOf({ arguments: asked }: Call): Properties {
  const path = `${textAt(asked, "bucket") ?? ""}/${textAt(asked, "key") ?? ""}`;
  const body = written.get(path);
  if (body === undefined) throw new Error(`reading S3 object (${path}): couldn't find resource`);
  return { id: path, body, contentType: "text/plain", contentLength: body.length, lastModified: moment };
}
