/** A small OpenID Connect provider on loopback: discovery, keys, the code flow with PKCE, and tokens of every kind. */
import { createHash, createHmac, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export type Claims = Readonly<Record<string, unknown>>;

export interface OidcProvider {
  readonly issuer: string;
  /** A token that this provider signed with RS256; valid for five minutes unless the claims say otherwise. */
  token(claims: Claims): string;
  /** The same with another algorithm: `none`, or `HS256` with the public key for its secret. */
  forged(claims: Claims, algorithm: "none" | "HS256"): string;
  /** Where a browser is sent back to that was sent to log in, as {@link OidcProvider.person}. */
  visit(authorization: URL): URL;
  /** Who logs in from now on: there is nobody to type a password. */
  person: Claims;
  close(): Promise<void>;
}

interface Client {
  readonly id: string;
  readonly secret: string;
}

interface Login {
  readonly challenge: string;
  readonly nonce: string;
  readonly person: Claims;
}

const keyId = "test";

/** Starts one with a key of its own; `pem` holds its certificate for `localhost` and the key of it. */
export async function startOidcProvider(pem: string, client: Client): Promise<OidcProvider> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const logins = new Map<string, Login>();
  const server = createServer({ cert: pem, key: pem }, (request, response) => {
    void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `https://localhost:${String((server.address() as AddressInfo).port)}`;

  const token = (claims: Claims): string =>
    assemble({ alg: "RS256", kid: keyId }, { ...lifetime(issuer), ...claims }, (input) =>
      sign("sha256", Buffer.from(input), privateKey).toString("base64url"),
    );
  const provider: OidcProvider = {
    issuer,
    token,
    forged: (claims, algorithm) =>
      assemble({ alg: algorithm, kid: keyId }, { ...lifetime(issuer), ...claims }, (input) =>
        algorithm === "none" ? "" : hmac(input, publicKey),
      ),
    visit: authorize,
    person: {},
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", issuer);
    const body = await text(request);
    const found = documents(url.pathname, request, new URLSearchParams(body));
    response.writeHead(found === undefined ? 400 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(found ?? { error: "invalid_request" }));
  }

  function documents(path: string, request: IncomingMessage, form: URLSearchParams): unknown {
    if (path === "/.well-known/openid-configuration") return discovery(issuer);
    if (path === "/keys")
      return { keys: [{ ...publicKey.export({ format: "jwk" }), kid: keyId, use: "sig", alg: "RS256" }] };
    return path === "/token" ? redeem(request, form) : undefined;
  }

  function authorize({ searchParams: asked }: URL): URL {
    const code = randomBytes(16).toString("hex");
    logins.set(code, {
      challenge: asked.get("code_challenge") ?? "",
      nonce: asked.get("nonce") ?? "",
      person: provider.person,
    });
    const back = new URL(asked.get("redirect_uri") ?? "");
    back.searchParams.set("code", code);
    back.searchParams.set("state", asked.get("state") ?? "");
    return back;
  }

  /** Only for the client's secret, and for whoever began the login. */
  function redeem(request: IncomingMessage, form: URLSearchParams): unknown {
    const login = logins.get(form.get("code") ?? "");
    const challenge = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const credentials = Buffer.from(`${client.id}:${client.secret}`).toString("base64");
    const known =
      request.headers.authorization === `Basic ${credentials}` || form.get("client_secret") === client.secret;
    if (login?.challenge !== challenge || !known) return undefined;
    const id = token({ aud: client.id, nonce: login.nonce, ...login.person });
    return { access_token: "opaque", token_type: "Bearer", expires_in: 300, id_token: id };
  }

  return provider;
}

function discovery(issuer: string): unknown {
  return {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ["code"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256"],
    code_challenge_methods_supported: ["S256"],
  };
}

function lifetime(issuer: string): Claims {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: issuer, iat: now, exp: now + 300 };
}

function assemble(header: Claims, claims: Claims, signature: (input: string) => string): string {
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${input}.${signature(input)}`;
}

/** The classic attack: a verifier that takes the token's word for the algorithm uses the public key as the secret. */
function hmac(input: string, key: KeyObject): string {
  return createHmac("sha256", key.export({ type: "spki", format: "pem" }))
    .update(input)
    .digest("base64url");
}
