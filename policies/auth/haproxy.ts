/** HAProxy serves over TLS, and shows what it knows of itself to whom it has asked. */
import { processTypes } from "../facts/processes.ts";
import { releaseTypes } from "../facts/releases.ts";
import { readTextsOf } from "../facts/scripts.ts";
import { isReference } from "../facts/settings.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { everyOne } from "../resource.ts";

export const authHaproxy: ResourcePolicy = {
  id: "auth-haproxy",
  concern: "auth",
  severity: "high",
  description:
    "HAProxy speaks HTTP over TLS 1.2 or newer with whom it knows by its certificate, asks whoever wants its statistics, metrics or commands, and its configuration holds no password, or they are for its own host only.",
  remedy:
    "Give bind ssl with crt and ssl-min-ver TLSv1.2 or redirect to https; a server verify required with ca-file; before stats and prometheus-exporter write http-request auth (or bind to 127.0.0.1), stats socket a path, and passwords as hashes or from the environment",
  covers: [],
  types: ["kubernetes:core/v1:ConfigMap", "kubernetes:core/v1:Secret", ...releaseTypes, ...processTypes],
  *check(resource) {
    yield* everyOne(
      readTextsOf(resource).filter(
        ({ text }) => /^\s*(?:frontend|listen)\s+\S+/m.test(text) && /^\s*(?:bind|mode)\s/m.test(text),
      ),
      function* ({ path, text }): Generator<Fault> {
        const sections = sectionsOf(text);
        const isTcp = sections.some(({ kind, lines }) => kind === "defaults" && lines.includes("mode tcp"));
        for (const section of sections) yield* faults(section, isTcp, path);
      },
    );
  },
};

interface Section {
  readonly kind: string;
  readonly name: string;
  readonly lines: readonly string[];
}

/** @see https://docs.haproxy.org/3.2/configuration.html#2.1 */
function sectionsOf(text: string): readonly Section[] {
  const found: { kind: string; name: string; lines: string[] }[] = [];
  for (const line of text.split(/\r?\n/).map((each) => each.trim().replace(/(?:^|\s)#.*$/, ""))) {
    const [, kind, name = ""] =
      /^(global|defaults|frontend|listen|backend|userlist|peers|resolvers|program|cache|ring)(?:\s+(\S+)|$)/.exec(
        line,
      ) ?? [];
    if (kind === undefined) found.at(-1)?.lines.push(line.replaceAll(/\s+/g, " "));
    else found.push({ kind, name, lines: [] });
  }
  return found;
}

function* faults({ kind, name, lines }: Section, isTcp: boolean, file: string): Generator<Fault> {
  const path = `${file} ${[kind, name].join(" ").trim()}`;
  const binds = lines.filter((line) => line.startsWith("bind ") && !isLocal(line.split(" ")[1] ?? ""));
  const isOpen = binds.length > 0 || !lines.some((line) => line.startsWith("bind "));
  if (kind === "frontend" || kind === "listen") {
    const mode = lines.findLast((line) => line.startsWith("mode ")) ?? (isTcp ? "mode tcp" : "mode http");
    const redirects = lines.some((line) => /^(?:http-request )?redirect scheme https\b/.test(line));
    for (const bind of binds)
      if (mode === "mode http" && !redirects && !/ ssl\b/.test(bind))
        yield { path, problem: `serves in the clear (${bind})` };
  }
  for (const line of lines)
    if (
      /\bssl-min-ver (?:SSLv3|TLSv1\.[01])\b|\bforce-(?:sslv3|tlsv1[01])\b|\bssl-max-ver (?:SSLv3|TLSv1\.[01])\b|\bno-tlsv12\b(?!.*\bssl-min-ver TLSv1\.3)/.test(
        line,
      )
    )
      yield { path, problem: `speaks an old TLS (${line})` };
    else if (/^(?:server|default-server)\b.*\bssl\b.*\bverify none\b/.test(line))
      yield { path, problem: `takes any certificate for its server's (${line})` };
  if (lines.some((line) => /^stats (?:enable|uri|admin)\b|\buse-service prometheus-exporter\b/.test(line)))
    if (
      isOpen &&
      !lines.some((line) => asks.test(line)) &&
      !(binds.length > 0 && binds.every((bind) => / verify required\b/.test(bind)))
    )
      yield { path, problem: "shows its statistics to everybody" };
  for (const line of lines) {
    const [, address = ""] = /^stats socket (\S+)/.exec(line) ?? [];
    if (/^(?:ipv[46]@|\*|\[|[\d.]+:|:\d)/.test(address) && !isLocal(address))
      yield { path, problem: `takes commands from everybody (${line})` };
    const written = /(?:\binsecure-password |^stats auth [^:\s]+:)(\S+)/.exec(line)?.[1];
    if (written !== undefined && !isReference(written.replaceAll(/^["']|["']$/g, "")))
      yield { path, problem: "has a password that is no hash" };
  }
}

/** Before what it says of itself: a password, or an answer to all but some. */
const asks =
  /^stats auth\b|^(?:stats )?http-request (?:auth|deny|reject|tarpit)\b|^http-request return status 40[13]\b/;

function isLocal(address: string): boolean {
  return /^(?:ipv[46]@)?(?:127\.[\d.]+|localhost|\[?::1\]?):\d|^(?:unix@|abns@|\/)/.test(address);
}
