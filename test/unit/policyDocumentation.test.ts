import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { policies } from "../../policies/catalogue.ts";
import list from "../../policies/coverage/checkov.json" with { type: "json" };
import { coverageOf } from "../../policies/coverage/coverage.ts";
import { renderCoverage } from "../../policies/coverage/documentation.ts";
import { outOfScope } from "../../policies/coverage/outOfScope.ts";
import { prose, renderPolicies } from "../../policies/documentation.ts";

const docs = join(import.meta.dirname, "../../docs");
const page = (name: string): string => readFileSync(join(docs, name), "utf8");

describe("The page of the policies", () => {
  it("is that of today's policies (npm run docs)", () => {
    assert.equal(page("policies.md"), renderPolicies(policies));
  });

  it("has a heading for each policy, once, and its mend", () => {
    const text = page("policies.md");
    for (const { id, remedy } of policies) {
      assert.equal(text.split(`\n### ${id}\n`).length, 2, id);
      assert.ok(text.includes(`- **Mend:** ${prose(remedy)}.`), id);
    }
  });

  it("says what every setting does, and what holds without it", () => {
    for (const { id, settings = {} } of policies)
      for (const [name, { description, default: initial }] of Object.entries(settings)) {
        assert.match(description ?? "", /^[A-Z].+[.]$/, `${id}.${name}`);
        assert.notEqual(initial, undefined, `${id}.${name}`);
      }
  });

  it("leaves to Markdown what is code, and takes from it what is not", () => {
    assert.equal(prose('"*" is `*`, a | is no <cell>'), '"\\*" is `*`, a \\| is no \\<cell>');
  });
});

describe("Coverage of Checkov's checks", () => {
  const ids = list.checks.map(({ id }) => id);
  const excused = outOfScope.flatMap(({ checks }) => checks);
  const coverage = coverageOf(list.checks, policies);

  it("is on a page of today (npm run docs)", () => {
    assert.equal(page("policy-coverage.md"), renderCoverage(list, policies));
  });

  it("leaves no check without a policy or a reason", () => {
    const open = coverage.filter((one) => one.policies.length === 0 && one.reason === undefined);
    assert.deepEqual(
      open.map(({ check }) => `${check.id} ${check.title}`),
      [],
    );
  });

  it("has no reason against what a policy covers", () => {
    const both = coverage.filter((one) => one.policies.length > 0 && one.reason !== undefined);
    assert.deepEqual(
      both.map(({ check }) => check.id),
      [],
    );
  });

  it("excuses a check that there is, once, in a sentence", () => {
    assert.deepEqual(
      excused.filter((id) => !ids.includes(id)),
      [],
    );
    assert.equal(new Set(excused).size, excused.length);
    for (const { reason, checks } of outOfScope)
      assert.match(reason, /^\S.{20,}[^.][.]$/, checks[0] ?? reason);
  });

  it("names in a policy's covers no check that there is not, and none twice", () => {
    for (const { id, covers } of policies) {
      assert.equal(new Set(covers).size, covers.length, id);
      assert.deepEqual(
        covers.filter((check) => check.startsWith("CKV") && !ids.includes(check)),
        [],
        id,
      );
    }
  });

  it("is over all clouds of the stacks and each of their services", () => {
    const types = new Set(list.checks.flatMap((check) => check.types));
    for (const type of [
      ...[
        "aws_s3_bucket",
        "aws_eks_cluster",
        "aws_instance",
        "aws_ebs_volume",
        "aws_security_group",
        "aws_vpc",
      ],
      ...[
        "aws_launch_template",
        "aws_kms_key",
        "aws_cloudwatch_log_group",
        "aws_iam_role",
        "aws_secretsmanager_secret",
      ],
      ...["azurerm_storage_account", "azurerm_kubernetes_cluster", "azurerm_linux_virtual_machine"],
      ...[
        "azurerm_windows_virtual_machine_scale_set",
        "azurerm_managed_disk",
        "azurerm_network_security_group",
      ],
      ...["azurerm_key_vault", "pods", "ClusterRole", "Ingress"],
    ])
      assert.ok(types.has(type), type);
  });
});
