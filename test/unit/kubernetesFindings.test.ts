import assert from "node:assert/strict";
import { kubernetesFindings } from "../../components/kubernetes/findings.ts";
import { parseConfig } from "../../configuration/parse.ts";
import { formatFinding } from "../../monitoring/check.ts";
import { greenlang } from "../../systems/greenlang.ts";

const issuer = "https://example.okta.com";
const enough = {
  "vigil:system": "greenlang",
  "vigil:platform": "eks",
  "vigil:region": "us-east-1",
  "vigil:oidc": { issuer, clientId: "monitoring" },
  "vigil:edge": { email: "sre@example.com" },
};

function found(changes: Record<string, unknown>): string[] {
  const raw = Object.fromEntries(
    Object.entries({ ...enough, ...changes }).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const config = parseConfig(raw, [], "gl");
  return kubernetesFindings(config, greenlang(config.parameters)).map(formatFinding);
}

describe("a configuration for Kubernetes", () => {
  it("is taken with an identity provider and an address for ACME", () => {
    assert.deepEqual(found({}), []);
  });

  it("needs no issuer on AKS, where it is the tenant's own", () => {
    assert.deepEqual(found({ "vigil:platform": "aks", "vigil:oidc": { clientId: "x" } }), []);
  });

  const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
    ["no issuer", { "vigil:oidc": { clientId: "monitoring" } }, /^vigil:oidc\.issuer: missing/],
    ["no application to log in at", { "vigil:oidc": { issuer } }, /^vigil:oidc\.clientId: missing/],
    [
      "an issuer whose endpoints nobody knows",
      { "vigil:oidc": { issuer: "https://auth.example.com", clientId: "x" } },
      /^vigil:oidc\.endpoints: missing, .* not of https:\/\/auth\.example\.com; set .*openid-configuration/,
    ],
    ["no address for ACME", { "vigil:edge": {} }, /^vigil:edge\.email: missing/],
    [
      "ACME behind a closed edge",
      { "vigil:edge": { email: "a@example.com", internal: true } },
      /^vigil:edge\.certificate: got acme/,
    ],
    [
      "ACME for chosen networks only",
      { "vigil:edge": { email: "a@example.com", allowedCidrs: ["203.0.113.0/24"] } },
      /^vigil:edge\.certificate: got acme/,
    ],
  ];
  for (const [what, changes, line] of wrong)
    it(`is refused with ${what}, in one line that says how to mend it`, () => {
      const findings = found(changes);
      assert.equal(findings.length, 1, findings.join("\n"));
      assert.match(findings[0] ?? "", line);
      assert.match(findings[0] ?? "", /; (?:run `|set )/);
    });

  it("has a certificate of its own authority where the edge is closed", () => {
    assert.deepEqual(found({ "vigil:edge": { certificate: "internal", internal: true } }), []);
  });
});
