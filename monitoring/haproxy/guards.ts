/** What the edge refuses before a service sees it, and who may see what HAProxy answers itself. */

/** Longest body in bytes by what is behind: queries are short, a push carries a whole job's series. */
export const bodyLimits = { query: 2 ** 20, push: 16 * 2 ** 20 };

/** Counts wrong credentials per source address. */
export function guardTable(): string {
  return "backend guard\n  stick-table type ipv6 size 10k expire 10m store gpc0,gpc0_rate(60s)";
}

/**
 * Somebody who tries passwords costs a bcrypt each. After 30 wrong ones in a minute the source gets 429 until it slows
 * down. A request with right credentials is never counted or refused, so a scrape from the same address goes on.
 */
export const refuseGuessing = [
  "http-request track-sc0 src table guard",
  `acl known ${authorization("human", "scrape", "reload")}`,
  "http-request sc-inc-gpc0(0) if { req.hdr(authorization) -m found } !known",
  "http-request deny deny_status 429 hdr Retry-After 60 if { sc0_gpc0_rate gt 30 } !known",
];

/** Headers that only HAProxy or a login proxy may set, forged methods, and writes that another site's page sends. */
export const refuseForged = [
  "http-request deny deny_status 405 unless { method GET HEAD POST PUT PATCH DELETE OPTIONS }",
  "http-request deny if { req.hdr(sec-fetch-site) -m str cross-site } !{ method GET HEAD OPTIONS }",
  "http-request del-header X-Forwarded-For",
  "http-request del-header X-WEBAUTH-USER",
  "http-request set-header X-Forwarded-Proto https",
  "http-request set-header X-Forwarded-Host %[req.hdr(host)]",
];

/**
 * Paths that stop, reload, wipe or profile a server. Compared on the decoded path; a path that a server would tidy up
 * first (`//`, `/./`, `/../`) is refused as it stands, so there is no second spelling.
 */
export const refuseAdministration = [
  "http-request set-var(txn.path) path,url_dec,lower",
  "http-request deny deny_status 400 unless { var(txn.path) -m found }",
  String.raw`http-request deny if { var(txn.path) -m reg '//|/\.\.?(/|$)|[\\[:cntrl:]]' }`,
  "http-request deny if { var(txn.path) -m reg '(^|/)-/(quit|reload)(/|$)' }",
  "http-request deny if { var(txn.path) -m reg '(^|/)api/v[0-9]+/admin(/|$)' }",
  "http-request deny if { var(txn.path) -m reg '^/debug(/|$)|/debug/pprof' }",
];

/** Answers 413 to a body longer than `bytes`. */
export function refuseLongBodies(bytes: number): string {
  return `http-request deny deny_status 413 if { req.hdr_val(content-length) gt ${String(bytes)} }`;
}

/** Answers 401 to all but `users`. By SHA-256: a bcrypt userlist costs HAProxy 57 ms a request. */
export function authenticate(...users: readonly string[]): string {
  return `http-request auth realm Monitoring unless ${acl(authorization(...users))}`;
}

/** The condition that the request carries the credentials of one of `users`. */
export function authorization(...users: readonly string[]): string {
  return `req.hdr(authorization),sha2(256),hex,lower -m str ${users.map((user) => `{{sha256:${user}}}`).join(" ")}`;
}

/** Browsers keep to HTTPS for a year. Not for localhost: it would close every other program's port there. */
export const answerSafely = [
  "http-request set-var(txn.host) req.hdr(host),field(1,:),lower",
  'http-after-response set-header Strict-Transport-Security "max-age=31536000" unless { var(txn.host) -m str localhost }',
  "http-after-response set-header X-Content-Type-Options nosniff",
  "http-after-response set-header X-Frame-Options SAMEORIGIN",
  "http-after-response set-header Referrer-Policy same-origin",
];

function acl(condition: string): string {
  return `{ ${condition} }`;
}
