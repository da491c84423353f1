/** Who comes in at the edge of a cluster: the real oauth2-proxy and HAProxy with what is rendered for them. */
import assert from "node:assert/strict";
import { ensureTools } from "../../tools/toolchain.ts";
import { listedProgram, startJwtEdge, type Answer, type Call, type JwtEdgeStack } from "./jwtEdgeStack.ts";
import type { Claims } from "./oidcProvider.ts";

describe("The edge of a cluster", function () {
  this.timeout(20_000);
  let edge: JwtEdgeStack;

  before(async function () {
    this.timeout(900_000);
    const tools = await ensureTools(["oauth2-proxy", "haproxy"]);
    const missing = tools.missing.map(({ name, reason }) => `${name}: ${reason}`);
    if (missing.length > 0) {
      console.log(`skipped: ${missing.join("; ")}`);
      this.skip();
    }
    edge = await startJwtEdge({ oauth2Proxy: tools.path("oauth2-proxy"), haproxy: tools.path("haproxy") });
  });

  after(async () => {
    await (edge as JwtEdgeStack | undefined)?.stop();
  });

  const robot = (claims: Claims = {}): Claims => ({
    sub: "robot",
    email: "robot@oversight.com",
    aud: edge.audience,
    ...claims,
  });
  const withToken = (token: string, path = "/api/v1/query?query=up", call: Call = {}): Promise<Answer> =>
    edge.call(path, { ...call, headers: { ...call.headers, authorization: `Bearer ${token}` } });

  describe("for programs", () => {
    it("admits a token of the known issuer and audience, and tells the server who it is", async () => {
      const answer = await withToken(edge.programs.token(robot()));
      assert.equal(answer.status, 200);
      const received = asReceived(answer);
      assert.equal(received.name, "thanos-query-frontend");
      assert.equal(received.url, "/api/v1/query?query=up");
      assert.equal(received.headers["x-forwarded-email"], "robot@oversight.com");
    });

    it("keeps the token to itself", async () => {
      const answer = await withToken(edge.programs.token(robot()));
      assert.equal(asReceived(answer).headers["authorization"], undefined);
    });

    it("does not pass on who a client says that it is", async () => {
      const headers = { "X-Forwarded-Email": "boss@oversight.com", "X-Forwarded-User": "boss" };
      const answer = await withToken(edge.programs.token(robot()), "/api/v1/query", { headers });
      assert.equal(asReceived(answer).headers["x-forwarded-email"], "robot@oversight.com");
      assert.equal(asReceived(answer).headers["x-forwarded-user"], "robot");
    });

    const now = (): number => Math.floor(Date.now() / 1_000);
    const refused: Readonly<Record<string, () => string>> = {
      "that has expired": () => edge.programs.token(robot({ iat: now() - 600, exp: now() - 300 })),
      "without an expiry": () => edge.programs.token(robot({ exp: undefined })),
      "for another audience": () => edge.programs.token(robot({ aud: "somebody-else" })),
      "without an audience": () => edge.programs.token(robot({ aud: undefined })),
      "of an unknown issuer": () => edge.programs.token(robot({ iss: "https://evil.example.com" })),
      "of the people's issuer for the programs' audience": () => edge.people.token(robot()),
      "that says it is of the known issuer, signed by another": () =>
        edge.people.token(robot({ iss: edge.programs.issuer })),
      "with `alg: none`": () => edge.programs.forged(robot(), "none"),
      "with `alg: none` and something for a signature": () => `${edge.programs.forged(robot(), "none")}AAAA`,
      "with HS256 and the public key for its secret": () => edge.programs.forged(robot(), "HS256"),
      "whose claims were changed": () => tampered(edge.programs.token(robot())),
      "whose signature was cut off": () => edge.programs.token(robot()).replace(/[^.]*$/, ""),
      "that is no token": () => "hello",
    };
    for (const [what, token] of Object.entries(refused))
      it(`answers 401 to a token ${what}`, async () => {
        const answer = await withToken(token());
        assert.equal(answer.status, 401, answer.body);
        assert.doesNotMatch(answer.body, /thanos-query-frontend/);
      });

    it("answers 401 without a token on every API, and never a login page", async () => {
      const paths = [
        "/api/v1/query?query=up",
        "/prometheus/api/v1/targets",
        "/prometheus/federate?match[]=up",
        "/alertmanager/api/v2/alerts",
        "/grafana/api/search",
        "/metrics",
      ];
      for (const path of paths) assert.equal((await edge.call(path)).status, 401, path);
    });

    it("answers 403 to a token whose e-mail is not of the system's domain", async () => {
      const answer = await withToken(edge.programs.token(robot({ email: "robot@example.org" })));
      assert.equal(answer.status, 403);
    });

    it("admits a program without an e-mail by its subject, if that is listed", async () => {
      const listed = robot({ email: undefined, sub: listedProgram });
      assert.equal((await withToken(edge.programs.token(listed))).status, 200);
      const other = robot({ email: undefined, sub: "another-program" });
      assert.equal((await withToken(edge.programs.token(other))).status, 403);
    });

    it("admits no token of the people's provider by a subject that is listed for programs", async () => {
      const token = edge.people.token(robot({ email: undefined, sub: listedProgram }));
      assert.equal((await withToken(token)).status, 401);
    });

    it("answers 401 to a token whose e-mail is not verified", async () => {
      const answer = await withToken(edge.programs.token(robot({ email_verified: false })));
      assert.equal(answer.status, 401);
    });

    it("lets a token read at Alertmanager's door, but make or end no silence", async () => {
      const token = edge.programs.token(robot());
      // 502: the request came as far as the server, whose certificate is the foreign one.
      assert.equal((await withToken(token, "/alertmanager/api/v2/silences")).status, 502);
      for (const method of ["POST", "PUT", "DELETE"])
        for (const path of ["/alertmanager/api/v2/silences", "//alertmanager//api/v2/silence/1"])
          assert.equal((await withToken(token, path, { method })).status, 403, `${method} ${path}`);
    });
  });

  describe("for people", () => {
    it("sends a browser without a session to log in", async () => {
      for (const path of ["/", "/prometheus/query", "/grafana/"]) {
        const answer = await edge.call(path);
        assert.equal(answer.status, 302, path);
        const login = new URL(answer.location);
        assert.equal(login.origin, edge.people.issuer);
        assert.equal(
          login.searchParams.get("redirect_uri"),
          "https://prometheus.oversight.com/oauth2/callback",
        );
        assert.equal(login.searchParams.get("code_challenge_method"), "S256");
        assert.ok((login.searchParams.get("nonce") ?? "").length > 16);
      }
    });

    it("sends a browser with a token that is not valid to log in as well", async () => {
      const answer = await withToken(edge.programs.forged(robot(), "none"), "/prometheus/query");
      assert.equal(answer.status, 302);
    });

    it("lets a person of the domain in after the login, and to Prometheus with the path cut off", async () => {
      const { callback, session } = await logIn("alice@oversight.com");
      assert.equal(callback.status, 302);
      assert.equal(callback.location, "/prometheus/query?g0.expr=up");
      const answer = await edge.call(callback.location, { headers: { cookie: session } });
      assert.equal(answer.status, 200);
      assert.equal(asReceived(answer).name, "prometheus");
      assert.equal(asReceived(answer).url, "/query?g0.expr=up");
      assert.equal(asReceived(answer).headers["x-forwarded-email"], "alice@oversight.com");
    });

    it("leaves Grafana's path as it is", async () => {
      const { session } = await logIn("alice@oversight.com");
      const answer = await edge.call("/grafana/d/abc", { headers: { cookie: session } });
      assert.deepEqual([asReceived(answer).name, asReceived(answer).url], ["grafana", "/grafana/d/abc"]);
    });

    it("gives cookies that are Secure, HttpOnly, SameSite and of this host only", async () => {
      const { begun, callback } = await logIn("alice@oversight.com");
      const given = [...begun.cookies, ...callback.cookies].filter((cookie) => !ended(cookie));
      assert.ok(given.length >= 2, "one of the login and one of the session");
      for (const cookie of given) {
        for (const attribute of [/; Secure/i, /; HttpOnly/i, /; SameSite=Lax/i, /; Path=\/(;|$)/i])
          assert.match(cookie, attribute);
        assert.match(cookie, /^__Host-vigil/);
        assert.doesNotMatch(cookie, /Domain=/i);
      }
    });

    it("refuses a person of another domain", async () => {
      const { callback, session } = await logIn("mallory@example.org");
      assert.equal(callback.status, 403);
      assert.equal(session, "");
    });

    it("refuses an e-mail that the provider has not verified", async () => {
      const { callback, session } = await logIn("alice@oversight.com", { email_verified: false });
      assert.notEqual(callback.status, 302);
      assert.equal(session, "");
    });

    it("refuses a session that was changed", async () => {
      const { session } = await logIn("alice@oversight.com");
      const changed = session.replace(/=(.)/, (_, first: string) => `=${first === "A" ? "B" : "A"}`);
      const headers = { cookie: changed };
      assert.equal((await edge.call("/api/v1/query", { headers })).status, 401);
    });
  });

  describe("whoever it is", () => {
    const denied = [
      "/-/quit",
      "/-/reload",
      "/prometheus/-/quit",
      "/prometheus/-/reload",
      "/alertmanager/-/reload",
      "/prometheus/api/v1/admin/tsdb/delete_series?match[]=up",
      "/prometheus/api/v1/admin/tsdb/snapshot",
      "/api/v1/receive",
      "/prometheus/api/v1/write",
      "/prometheus/api/v1/otlp/v1/metrics",
      "/prometheus/debug/pprof/heap",
      "/prometheus/%2d/quit",
      "/prometheus/%2D%2Fquit",
      "//prometheus//-/quit",
    ];
    it("denies at the ingress what stops, reloads, deletes, writes or profiles, also to who may come in", async () => {
      const token = edge.programs.token(robot());
      for (const path of denied)
        for (const method of ["GET", "POST", "PUT"]) {
          const { status, body } = await withToken(token, path, { method });
          assert.equal(status, 403, `${method} ${path}`);
          assert.match(body, /administrative rules/, `${method} ${path}: not the ingress denied it`);
        }
    });

    it("denies them at oauth2-proxy as well, should the ingress ever let one pass", async () => {
      const token = edge.programs.token(robot());
      for (const path of denied) {
        const answer = await withToken(token, path, { method: "POST", door: "inside" });
        // Doubled slashes are sent to the path without, which is denied.
        assert.equal(answer.status, path.startsWith("//") ? 301 : 403, path);
      }
    });

    it("never reaches a denied path by a detour", async () => {
      const token = edge.programs.token(robot());
      for (const path of [
        "/prometheus/x/../-/quit",
        "/prometheus/..%2f-/quit",
        "/x/%2e%2e/prometheus/-/quit",
      ]) {
        const { status, body } = await withToken(token, path, { method: "POST" });
        assert.notEqual(status, 200, `${path}: ${body}`);
      }
    });

    it("refuses a server whose certificate another authority signed", async () => {
      const answer = await withToken(edge.programs.token(robot()), "/alertmanager/api/v2/alerts");
      assert.equal(answer.status, 502);
      assert.doesNotMatch(answer.body, /"name":"alertmanager"/);
    });

    it("refuses an oauth2-proxy that cannot show that it is the one", async () => {
      const answer = await withToken(edge.programs.token(robot()), "/api/v1/query", { door: "misdirected" });
      assert.equal(answer.status, 503);
    });

    it("tells browsers to come back by TLS only, with refusals too", async () => {
      for (const path of ["/", "/api/v1/query", "/-/quit"]) {
        const { headers } = await edge.call(path);
        assert.match(String(headers["strict-transport-security"]), /max-age=31536000/, path);
      }
    });
  });

  describe("where Grafana logs people in by itself", () => {
    const open = [
      "/grafana/",
      "/grafana/login/generic_oauth?code=1",
      "/grafana/d/metrics",
      "/grafana/api/health",
    ];
    for (const path of open)
      it(`lets everybody come to ${path}`, async () => {
        const answer = await edge.call(path, { door: "own" });
        assert.deepEqual([asReceived(answer).name, asReceived(answer).url], ["grafana itself", path]);
      });

    const closed = [
      "/grafana/metrics",
      "/grafana/metrics/",
      "/grafana/metrics?x=1",
      "//grafana//metrics",
      "/grafana/%6detrics",
      "/grafana%2Fmetrics",
      "/grafana/debug/pprof/heap",
      "/grafana/-/reload",
    ];
    for (const path of closed)
      it(`lets nobody come to ${path}`, async () => {
        assert.equal((await edge.call(path, { door: "own" })).status, 403);
      });
  });

  /** A browser's way through the login, from a page of Prometheus. */
  async function logIn(email: string, claims: Claims = {}) {
    edge.people.person = { sub: `id-of-${email}`, email, email_verified: true, ...claims };
    const begun = await edge.call("/prometheus/query?g0.expr=up");
    const login = edge.people.visit(new URL(begun.location));
    const callback = await edge.call(`${login.pathname}${login.search}`, {
      headers: { cookie: cookieOf(begun) },
    });
    return { begun, callback, session: cookieOf(callback) };
  }
});

/** A cookie without a value is one that is taken back. */
function ended(cookie: string): boolean {
  return /^[^=]*=;/.test(cookie);
}

function cookieOf({ cookies }: Answer): string {
  return cookies
    .filter((cookie) => !ended(cookie))
    .map((cookie) => cookie.split(";")[0] ?? "")
    .join("; ");
}

function asReceived(answer: Answer): {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  return JSON.parse(answer.body) as ReturnType<typeof asReceived>;
}

/** Somebody else's name under the signature of the first. */
function tampered(token: string): string {
  const [header = "", claims = "", signature = ""] = token.split(".");
  const changed = { ...(JSON.parse(Buffer.from(claims, "base64url").toString()) as Claims), sub: "admin" };
  return [header, Buffer.from(JSON.stringify(changed)).toString("base64url"), signature].join(".");
}
