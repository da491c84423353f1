import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ResourceValidation, ResourceValidationArgs, ResourceValidationPolicy } from "@pulumi/policy";
import { repository } from "../../cli/engine.ts";
import * as costPolicies from "../../policies/cost/tags.ts";
import { costTags } from "../../policies/cost/tags.ts";
import { sdkPolicy } from "../../policies/sdk.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { given, unknown, type Given } from "./evaluation.ts";

const required = ["owner", "managed-by"];
const both = { owner: "sre", "managed-by": "pulumi" };

describe("Policies of cost: tags", () => {
  testPolicy({
    policy: costTags,
    settings: { required },
    passes: {
      "both tags among others": [volume({ Name: "blocks", ...both })],
      "both from the provider": [{ ...volume({}), provider: { defaultTags: { tags: both } } }],
      "both from the provider, as engines say it": [
        { ...volume({}), provider: { defaultTags: JSON.stringify({ tags: both }) } },
      ],
      "one from each": [
        { ...volume({ owner: "sre" }), provider: { defaultTags: { tags: { "managed-by": "pulumi" } } } },
      ],
      "what the provider has put together": [{ ...volume({}), props: { tagsAll: both } }],
      "a group of machines, whose tags are a list": [
        {
          type: "aws:autoscaling/group:Group",
          props: { tags: Object.entries(both).map(([key, value]) => ({ key, value })) },
        },
      ],
      "Azure's names in another case": [account({ Owner: "sre", "Managed-By": "pulumi" })],
      "a template whose machines and disks have them": [template(both, both)],
      "what costs nothing": [{ type: "aws:iam/role:Role", props: {} }],
    },
    fails: {
      "one of two": {
        stack: [volume({ owner: "sre" })],
        says: /^subject \(aws:ebs\/volume:Volume\): tags have no "managed-by"\. /,
      },
      "a tag without a value": { stack: [volume({ ...both, owner: " " })], says: /tags have no "owner"/ },
      "AWS' names in another case": {
        stack: [volume({ Owner: "sre", "managed-by": "pulumi" })],
        says: /tags have no "owner"/,
      },
      "a tag that the resource takes back from its provider": {
        stack: [{ ...volume({ owner: "" }), provider: { defaultTags: { tags: both } } }],
        says: /tags have no "owner"/,
      },
      "Azure's account without any": { stack: [account(undefined)], says: /have no "owner"/ },
      "a resource of another API version": {
        stack: [{ type: "azure-native:storage/v20240101:StorageAccount", props: {} }],
        says: /have no "owner"/,
      },
      "a template whose machines have none": {
        stack: [{ ...template({}, both), provider: { defaultTags: { tags: both } } }],
        says: /tagSpecifications\[0\]\.tags have no "owner" for its instances/,
      },
      "a template whose disks are not tagged": {
        stack: [
          {
            type: "aws:ec2/launchTemplate:LaunchTemplate",
            props: { tags: both, tagSpecifications: [{ resourceType: "instance", tags: both }] },
          },
        ],
        says: /tagSpecifications have no "managed-by" for its volumes/,
      },
    },
    absent: { stack: [volume(undefined)], says: /tags have no "owner"[^]*tags have no "managed-by"/ },
    unknown: [volume({ owner: unknown, "managed-by": "pulumi" })],
  });

  describe("where the stack asks for none in particular", () => {
    testPolicy({
      policy: costTags,
      passes: {
        "any tag": [volume({ team: "sre" })],
        "any tag beside one that is not known yet": [volume({ a: unknown, team: "sre" })],
        "any tag of the provider": [{ ...volume({}), provider: { defaultTags: { tags: { team: "sre" } } } }],
      },
      fails: {
        "a name only": { stack: [volume({ Name: "blocks" })], says: /tags say nothing but a name/ },
        "a tag without a value": { stack: [account({ team: "" })], says: /tags say nothing but a name/ },
      },
      absent: { stack: [account(undefined)], says: /tags say nothing/ },
      unknown: [volume(unknown)],
    });
  });

  it("adds the tags that are missing, and changes none that is there", () => {
    const mended = (resource: Given, values = both) =>
      costTags.mend?.(given([resource])[0]!, { required, values });
    assert.deepEqual(mended(volume({ Name: "blocks", owner: "people" })), {
      size: 100,
      tags: { Name: "blocks", owner: "people", "managed-by": "pulumi" },
    });
    assert.deepEqual(mended({ type: "aws:ebs/volume:Volume", props: { size: 1 } }), { size: 1, tags: both });
    assert.equal(mended(volume(both)), undefined);
    assert.equal(mended({ ...volume({}), provider: { defaultTags: { tags: both } } }), undefined);
    assert.equal(mended({ type: "aws:autoscaling/group:Group", props: { tags: [] } }), undefined);
  });

  it("is told the provider's tags by the engine, and hands back what is to be added", async () => {
    const policy = sdkPolicy(costTags, new Date()) as ResourceValidationPolicy;
    const args = (tags: object, defaults: object) =>
      ({
        ...{ urn: "urn:pulumi:test::test::t::blocks", name: "blocks", type: "aws:ebs/volume:Volume" },
        ...{ props: { tags }, opts: { protect: true }, getConfig: () => ({ required, values: both }) },
        provider: { props: { defaultTags: JSON.stringify({ tags: defaults }) } },
      }) as unknown as ResourceValidationArgs;
    const reported = async (tags: object, defaults: object): Promise<readonly string[]> => {
      const messages: string[] = [];
      const validate = policy.validateResource as ResourceValidation;
      await validate(args(tags, defaults), (message) => messages.push(message));
      return messages;
    };
    assert.deepEqual(await reported({ owner: "sre" }, { "managed-by": "pulumi" }), []);
    assert.deepEqual(await reported({ owner: "sre" }, {}), [
      `blocks (aws:ebs/volume:Volume): tags have no "managed-by". ${costTags.remedy}`,
    ]);
    assert.deepEqual(await policy.remediateResource?.(args({ owner: "people" }, {})), {
      tags: { owner: "people", "managed-by": "pulumi" },
    });
    assert.equal(await policy.remediateResource?.(args({ owner: "people" }, both)), undefined);
  });

  it("asks only types that can have tags", () => {
    const withoutTags = costTags.types.filter(
      (type) => !/^\s*tags\?: pulumi\.Input</m.test(argumentsOf(type)),
    );
    assert.deepEqual(withoutTags, []);
  });

  testNoneIsLeftOut(costPolicies);
});

/** As the provider's own package declares what its constructor takes. */
function argumentsOf(type: string): string {
  const [provider = "", module = "", name = ""] = type.split(":");
  const file =
    provider === "aws" ? `${module}.d.ts` : `${module}/${name.charAt(0).toLowerCase()}${name.slice(1)}.d.ts`;
  const text = readFileSync(join(repository, "node_modules", "@pulumi", provider, file), "utf8");
  return text.slice(text.indexOf(`interface ${name}Args {`));
}

function volume(tags: unknown): Given {
  return { type: "aws:ebs/volume:Volume", props: { size: 100, ...(tags !== undefined && { tags }) } };
}

function account(tags: object | undefined): Given {
  return { type: "azure-native:storage:StorageAccount", props: { ...(tags && { tags }) } };
}

function template(instance: object, disk: object): Given {
  return {
    type: "aws:ec2/launchTemplate:LaunchTemplate",
    props: {
      tags: both,
      tagSpecifications: [
        { resourceType: "instance", tags: instance },
        { resourceType: "volume", tags: disk },
      ],
    },
  };
}
