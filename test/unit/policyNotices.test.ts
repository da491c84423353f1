/** What a run over a state says of what it has not looked at, and how code scanning knows a result again. */
import assert from "node:assert/strict";
import { policies } from "../../policies/catalogue.ts";
import {
  encryptedNotice,
  exclusionNotices,
  foreignNotice,
  type StateResource,
} from "../../policies/notices.ts";
import { isUnknownTo, knownProviders, providerOf } from "../../policies/providers.ts";
import { sarif } from "../../policies/sarif.ts";
import type { Violation } from "../../policies/violations.ts";
import { given } from "../policies/evaluation.ts";
import { foreignStates } from "../policies/foreign/index.ts";
import { attention } from "../policies/mutationScore.ts";

const resource = (type: string, name: string, more: Partial<StateResource> = {}): StateResource => ({
  urn: `urn:pulumi:dev::probe::${type}::${name}`,
  type,
  custom: true,
  ...more,
});

describe("Resources of providers that no policy knows", () => {
  it("are counted by their types, the most first, and named to the fifth", () => {
    const notice = foreignNotice([
      resource("gcp:compute/network:Network", "n"),
      resource("gcp:compute/firewall:Firewall", "a"),
      resource("gcp:compute/firewall:Firewall", "b"),
      resource("aws-native:s3:Bucket", "c"),
      resource("azure:storage/account:Account", "d"),
      resource("kubernetes:helm.toolkit.fluxcd.io/v2:HelmRelease", "e"),
      resource("kubernetes:argoproj.io/v1alpha1:Application", "f"),
      resource("aws:s3/bucket:Bucket", "g"),
    ]);
    assert.equal(
      notice,
      "7 of 8 resources are of providers that no policy knows, and were looked at for keys in plain text only: " +
        "gcp:compute/firewall:Firewall (2), aws-native:s3:Bucket (1), azure:storage/account:Account (1), " +
        "gcp:compute/network:Network (1), kubernetes:argoproj.io/v1alpha1:Application (1), and 1 more",
    );
  });

  it("are neither components, Pulumi's own, nor what only makes values, nor what is on its way out", () => {
    assert.equal(
      foreignNotice([
        resource("pulumi:pulumi:Stack", "stack", { custom: false }),
        resource("pulumi:providers:gcp", "gcp"),
        resource("eks:index:Cluster", "component", { custom: false }),
        resource("random:index/randomPassword:RandomPassword", "password"),
        resource("tls:index/privateKey:PrivateKey", "key"),
        resource("gcp:storage/bucket:Bucket", "gone", { delete: true }),
        resource("kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition", "definition"),
        resource("azure-native:network/v20240101:VirtualNetwork", "network"),
      ]),
      undefined,
    );
  });

  it("are of none that a look at a whole stack asks for, whatever is in it", () => {
    const isUnknown = isUnknownTo(policies);
    for (const policy of policies)
      for (const state of [[], ...Object.values(foreignStates)])
        for (const type of attention(policy, given(state)).types)
          assert.ok(!isUnknown(type), `${policy.id} ${type}`);
  });

  it("are of any but these", () => {
    assert.deepEqual(
      knownProviders(policies).filter((provider) => !provider.includes(":")),
      ["aws", "azure-native", "command", "kubernetes"],
    );
    assert.equal(providerOf("kubernetes:cert-manager.io/v1:Certificate"), "kubernetes:cert-manager.io");
    assert.equal(providerOf("kubernetes:rbac.authorization.k8s.io/v1:Role"), "kubernetes");
  });
});

describe("Encrypted values of a state", () => {
  const hidden = {
    "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
    ciphertext: "v1:x:y",
  };

  it("are counted once where they are given and kept", () => {
    const login = { data: { login: hidden, list: [{ key: hidden }] } };
    assert.equal(
      encryptedNotice([
        resource("kubernetes:core/v1:Secret", "a", { inputs: login, outputs: { ...login, id: hidden } }),
      ]),
      "3 values of the state are encrypted and were not looked at; export it with pulumi stack export --show-secrets",
    );
    assert.match(
      encryptedNotice([resource("kubernetes:core/v1:Secret", "a", { outputs: { id: hidden } })]) ?? "",
      /^1 value of the state is encrypted and was not/,
    );
  });

  it("are none where the state shows them", () => {
    const { ciphertext: _, ...mark } = hidden;
    const inputs = { data: { ...mark, plaintext: '"open"' } };
    assert.equal(encryptedNotice([resource("kubernetes:core/v1:Secret", "a", { inputs })]), undefined);
  });
});

describe("Exclusions", () => {
  const now = new Date("2026-01-15T12:00:00Z");
  const notices = (...resources: readonly string[]): readonly string[] =>
    exclusionNotices(
      [resource("kubernetes:core/v1:Pod", "dev-one"), resource("kubernetes:core/v1:Pod", "a::b")],
      {
        "pod-replicas": {
          exclusions: resources.map((one) => ({
            resource: one,
            reason: "It is for the test.",
            until: "2027-01-31",
          })),
        },
      },
      now,
    );

  it("of nothing that the state has are told", () => {
    assert.deepEqual(notices("dev-*", "prod-*"), [
      'pod-replicas.exclusions[1].resource: "prod-*" is no resource of the state',
    ]);
  });

  it("of a name, whatever it holds, or of a URN are not", () => {
    assert.deepEqual(notices("a::b", "urn:*:Pod::dev-one"), []);
  });
});

describe("Violations as SARIF", () => {
  const violation = (problem: string): Violation => ({
    policy: "pod-limits",
    severity: "high",
    level: "mandatory",
    urn: "urn:pulumi:dev::probe::kubernetes:core/v1:Pod::web",
    message: `web (kubernetes:core/v1:Pod): ${problem}. Mend it`,
  });
  const fingerprints = (...problems: readonly string[]): readonly string[] => {
    const document = sarif(problems.map(violation), "state.json", ["1 value was not looked at"]) as {
      runs: [{ results: { partialFingerprints: Record<string, string> }[] }];
    };
    return document.runs[0].results.flatMap(({ partialFingerprints }) => Object.values(partialFingerprints));
  };

  it("have a fingerprint each, of one policy and resource too", () => {
    const all = fingerprints(
      "spec.a is 1",
      "spec.b is 1",
      "spec.b lacks a unit",
      "has no owner",
      "args --x is 2",
      "args --y is 2",
    );
    assert.equal(new Set(all).size, 6);
  });

  it("keep it when another value is at fault in the same place", () => {
    assert.deepEqual(fingerprints("spec.a is 1, expected 2"), fingerprints("spec.a is 3, expected 2"));
  });

  it("say beside them what was not looked at", () => {
    assert.match(
      JSON.stringify(sarif([], "state.json", ["1 value was not looked at"])),
      /"toolExecutionNotifications":\[\{"level":"warning","message":\{"text":"1 value was/,
    );
  });
});
