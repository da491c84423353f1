/** Files that scripts carry along, compressed because clouds limit a script's length. */
import { gunzipSync } from "node:zlib";

/** Lines of base64 that begin as gzip does. */
const payload = /H4sI[A-Za-z0-9+/=\r\n]{16,}/g;

/** What was unpacked before: each policy reads the same scripts. */
const known = new Map<string, string>();

/** The text with what is packed into it readable in its place; what cannot be unpacked stays as it is. */
export function unpacked(text: string): string {
  if (!text.includes("H4sI")) return text;
  const before = known.get(text);
  if (before !== undefined) return before;
  const after = text.replaceAll(payload, (found) => {
    try {
      // The line after it may be letters only, like the `END` of a here-document.
      const lines = found.split(/\r?\n/);
      const end = lines.findIndex((line, index) => index > 0 && line.length < (lines[0] ?? "").length) + 1;
      const packed = end === 0 ? lines : lines.slice(0, end);
      const rest = lines.slice(packed.length);
      const plain = gunzipSync(Buffer.from(packed.join(""), "base64")).toString("utf8");
      return [plain, ...rest].join("\n");
    } catch {
      return found;
    }
  });
  known.set(text, after);
  return after;
}
