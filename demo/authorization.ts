import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";

/** Whether an `Authorization` header value is one of those whose digests the file lists. */
export interface Authorization {
  admits(header: string | undefined): boolean;
  /** Reads the file again. @throws when it cannot be read or lists no digest; what was read before stays. */
  reload(): void;
}

/** Reads one hex SHA-256 of a whole header value (`Basic …`) per line. @throws when there is none. */
export function authorizationFrom(path: string): Authorization {
  let digests = readDigests(path);
  return {
    admits(header) {
      if (header === undefined) return false;
      const given = createHash("sha256").update(header).digest();
      return digests.filter((digest) => timingSafeEqual(digest, given)).length > 0;
    },
    reload() {
      digests = readDigests(path);
    },
  };
}

function readDigests(path: string): Buffer[] {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .map((line) => line.trim());
  const digests = lines
    .filter((line) => /^[0-9a-f]{64}$/i.test(line))
    .map((line) => Buffer.from(line, "hex"));
  if (digests.length === 0) throw new Error(`${path}: no SHA-256 in it; expected 64 hex digits on a line`);
  return digests;
}
