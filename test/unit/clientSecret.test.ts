import assert from "node:assert/strict";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import { greenlangOnEks } from "../rendered/clusterFacts.ts";

describe("The client at the identity provider", () => {
  it("has one secret for oauth2-proxy and Grafana, also where a system declares both names", () => {
    const { system, facts } = greenlangOnEks;
    const [declared] = system.secrets;
    assert.ok(declared);
    const secrets = ["grafana-oauth-client-secret", "oauth2-client-secret"].map((name) => ({
      ...declared,
      name,
    }));
    const both = {
      ...system,
      secrets: [
        ...system.secrets.filter(({ name }) => !secrets.some((one) => one.name === name)),
        ...secrets,
      ],
    };
    const text = JSON.stringify(planKubernetes(both, facts).parts.flatMap(({ objects }) => objects));
    assert.match(text, /oauth2-client-secret/);
    assert.doesNotMatch(text, /grafana-oauth-client-secret/);
  });
});
