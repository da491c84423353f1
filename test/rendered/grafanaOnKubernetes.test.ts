import assert from "node:assert/strict";
import { parse } from "yaml";
import { datasourceUids } from "../../monitoring/grafana.ts";
import { grafanaFindings } from "../../monitoring/kubernetes/prometheusStack.ts";
import { oidcEndpoints } from "../../monitoring/kubernetes/prometheusStack/grafanaLogin.ts";
import { workloadOf } from "../../monitoring/kubernetes/workloads.ts";
import type { System } from "../../monitoring/model.ts";
import { examples, greenlangOnEks, oversightOnAks } from "./clusterFacts.ts";
import { textOf, values, grafanaIni, type Tree } from "./stackParts.ts";

describe("Grafana on a cluster", () => {
  for (const example of examples)
    describe(`of ${example.name}`, () => {
      it("lets people into Grafana by their identity provider only", () => {
        const ini = values(example).grafana["grafana.ini"];
        assert.equal(ini.auth.disable_login_form, true);
        assert.equal(ini["auth.anonymous"].enabled, false);
        assert.equal(ini["auth.basic"].enabled, false);
        assert.equal(ini.users.allow_sign_up, false);
        const provider = ini["auth.generic_oauth"];
        assert.equal(provider.enabled && provider.auto_login && provider.use_pkce, true);
        assert.match(provider.client_secret, /^\$__file\{/);
        assert.equal(provider.role_attribute_path, "groups[?@ == 'sre'] && 'Admin' || 'Viewer'");
        assert.equal(ini.server.root_url, `https://${example.facts.hostname}/grafana/`);
        assert.equal(ini.server.protocol, "https");
      });

      it("gives Grafana the data of all replicas under the name that dashboards know", () => {
        const text = textOf(example, "ConfigMap", "grafana-provisioning", "datasources.yaml");
        const [datasource] = parse(text).datasources;
        assert.equal(datasource.uid, datasourceUids.query);
        const { ports } = workloadOf(example.system, "thanos-query-frontend");
        const scheme = ports["http"]?.tls === "none" ? "http" : "https";
        assert.equal(
          datasource.url,
          `${scheme}://thanos-query-frontend.monitoring.svc:${ports["http"]?.number}`,
        );
        assert.equal(datasource.editable, false);
      });

      it("writes no number as Helm writes large ones in text", () => {
        for (const section of Object.values<Tree>(values(example).grafana["grafana.ini"]))
          for (const [key, value] of Object.entries(section))
            assert.ok(typeof value !== "number" || value < 1_000_000, key);
      });
    });

  describe("Grafana's login", () => {
    it("is Entra ID's own where that is the issuer", () => {
      const tenant = "33333333-3333-4333-8333-333333333333";
      const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`;
      const oidc = { issuer, clientId: "vigil", adminGroup: "a", editorGroup: "e" };
      const ini = grafanaIni({ ...oversightOnAks, facts: { ...oversightOnAks.facts, oidc } });
      assert.equal(ini["auth.generic_oauth"], undefined);
      assert.equal(
        ini["auth.azuread"].auth_url,
        `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/authorize`,
      );
      assert.equal(ini["auth.azuread"].org_mapping, "a:1:Admin e:1:Editor *:1:Viewer");
      assert.equal(ini["auth.azuread"].allowed_organizations, tenant);
    });

    for (const [issuer, token] of [
      [
        "https://id.example.com/realms/ops",
        "https://id.example.com/realms/ops/protocol/openid-connect/token",
      ],
      ["https://example.okta.com", "https://example.okta.com/oauth2/v1/token"],
      ["https://example.okta.com/oauth2/default", "https://example.okta.com/oauth2/default/v1/token"],
      ["https://example.eu.auth0.com/", "https://example.eu.auth0.com/oauth/token"],
    ] as const)
      it(`finds the endpoints of ${issuer}`, () => {
        assert.equal(oidcEndpoints({ issuer }).token_url, token);
      });

    it("asks for the endpoints of an issuer of no known provider, and takes those that are given", () => {
      const issuer = "https://auth.example.com/";
      const endpoints = {
        authorization: `${issuer}a`,
        token: `${issuer}t`,
        userinfo: `${issuer}u`,
      };
      const { system } = greenlangOnEks;
      assert.equal(grafanaFindings(system, [], { issuer })[0]?.key, "vigil:oidc.endpoints");
      assert.deepEqual(grafanaFindings(system, [], { issuer, endpoints }), []);
      assert.equal(oidcEndpoints({ issuer, endpoints }).token_url, `${issuer}t`);
    });

    it("refuses SAML without a licence, and takes the Enterprise image with one", () => {
      const system = withSaml(greenlangOnEks.system);
      const { oidc } = greenlangOnEks.facts;
      const [finding] = grafanaFindings(system, [], oidc);
      assert.equal(finding?.key, "access.grafana.saml");
      assert.match(finding.message, /Enterprise licence/);
      assert.deepEqual(grafanaFindings(greenlangOnEks.system, [], oidc), []);
      assert.deepEqual(
        grafanaFindings(system, ["grafana-enterprise-license", "grafana-saml-metadata"], oidc),
        [],
      );
      const example = { ...greenlangOnEks, system };
      assert.equal(values(example).grafana.image.repository, "grafana/grafana-enterprise");
      assert.equal(grafanaIni(example)["auth.saml"].enabled, true);
      assert.equal(grafanaIni(example)["auth.generic_oauth"], undefined);
    });
  });
});

function withSaml(system: System): System {
  return { ...system, access: { ...system.access, grafana: { ...system.access.grafana, saml: true } } };
}
