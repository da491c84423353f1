import assert from "node:assert/strict";
import fc from "fast-check";
import {
  accessLogBucket,
  fit,
  keyAlias,
  partitionOf,
  replicaBucket,
  roleName,
} from "../../components/aws/names.ts";
import { serviceCidr, spread, subnetsOf } from "../../components/eks/subnets.ts";
import { s3Lifecycle } from "../../monitoring/kubernetes/tiersAws.ts";
import type { System } from "../../monitoring/model.ts";
import { greenlang } from "../../systems/greenlang.ts";
import { oversight } from "../../systems/oversight.ts";

const production = { environment: "production", region: "us-east-1", layout: "cluster" } as const;
const bucketName = fc.stringMatching(/^[a-z0-9](?:-?[a-z0-9]){2,31}$/).filter((name) => name.length <= 63);

describe("names on AWS", () => {
  it("are never longer than AWS takes, and stay as they are when they fit", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 200 }),
        fc.integer({ min: 16, max: 100 }),
        (name, most) => {
          const fitted = fit(name, most);
          assert.ok(fitted.length <= most);
          if (name.length <= most) assert.equal(fitted, name);
        },
      ),
    );
  });

  it("differ where the full names do", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1, maxLength: 40 }), { maxLength: 50 }), (ends) => {
        const names = ends.map((end) => fit(`${"a-long-beginning-".repeat(4)}${end}`, 64));
        assert.equal(new Set(names).size, ends.length);
      }),
    );
  });

  it("of the buckets beside a bucket are names of buckets, and none is another's", () => {
    fc.assert(
      fc.property(bucketName, (bucket) => {
        const all = [bucket, accessLogBucket(bucket), replicaBucket(bucket)];
        all.push(accessLogBucket(replicaBucket(bucket)));
        for (const name of all) assert.match(name, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/);
        assert.equal(new Set(all).size, all.length);
      }),
    );
  });

  it("of roles and keys keep to their limits", () => {
    assert.equal(roleName("vigil-prod", "us-east-1", "nodes"), "vigil-prod-us-east-1-nodes");
    assert.equal(roleName("c".repeat(100), "us-east-1", "nodes").length, 64);
    assert.equal(keyAlias("gl-thanos-metrics-production"), "alias/gl-thanos-metrics-production");
    assert.ok(keyAlias("x".repeat(400)).length <= 256);
  });

  it("know the partition of a region", () => {
    assert.deepEqual(["us-east-1", "cn-north-1", "us-gov-west-1"].map(partitionOf), [
      "aws",
      "aws-cn",
      "aws-us-gov",
    ]);
  });
});

describe("the network of a cluster", () => {
  const network = fc
    .record({ address: fc.nat(0xffff_ffff), bits: fc.integer({ min: 16, max: 20 }) })
    .map(({ address, bits }) => ({ start: address - (address % 2 ** (32 - bits)), bits }));

  it("has six subnets, all within it and none over another", () => {
    fc.assert(
      fc.property(network, ({ start, bits }) => {
        const subnets = subnetsOf(`${dotted(start)}/${bits}`);
        const ranges = [...subnets.private, ...subnets.public].map(rangeOf).sort((a, b) => a.from - b.from);
        assert.equal(ranges.length, 6);
        for (const [index, range] of ranges.entries()) {
          assert.ok(range.from >= start && range.to <= start + 2 ** (32 - bits));
          assert.ok(range.from >= (ranges[index - 1]?.to ?? 0));
        }
      }),
    );
  });

  it("gives most of its addresses to nodes and pods", () => {
    assert.deepEqual(subnetsOf("10.40.0.0/16"), {
      private: ["10.40.0.0/18", "10.40.64.0/18", "10.40.128.0/18"],
      public: ["10.40.192.0/22", "10.40.196.0/22", "10.40.200.0/22"],
    });
  });

  it("is refused when it is too small, too large or not on its boundary", () => {
    assert.throws(() => subnetsOf("10.0.0.0/24"), /\/16 to \/20/);
    assert.throws(() => subnetsOf("10.0.0.0/8"), /\/16 to \/20/);
    assert.throws(() => subnetsOf("10.40.1.0/16"), /10\.40\.0\.0\/16/);
    assert.throws(() => subnetsOf("10.400.0.0/16"), /not a network/);
  });

  it("is apart from the addresses of Services", () => {
    assert.equal(serviceCidr("10.40.0.0/16"), "172.20.0.0/16");
    assert.equal(serviceCidr("172.20.0.0/16"), "10.100.0.0/16");
  });

  it("spreads nodes evenly, and loses none", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), (nodes) => {
        const zones = spread(nodes);
        assert.equal(
          zones.reduce((sum, one) => sum + one),
          nodes,
        );
        assert.ok(Math.max(...zones) - Math.min(...zones) <= 1);
      }),
    );
  });
});

describe("the lifecycle of a bucket of blocks", () => {
  const withRetention = (raw: number, fiveMinutes: number, oneHour: number, cool = 0, cold = 0): System => {
    const system = greenlang(production);
    return {
      ...system,
      retention: {
        ...system.retention,
        objects: { raw: `${raw}d`, fiveMinutes: `${fiveMinutes}d`, oneHour: `${oneHour}d` },
      },
      longTerm: {
        ...system.longTerm,
        tiers: [
          { name: "hot", from: "0d" },
          { name: "cool", from: `${cool}d` },
          { name: "cold", from: `${cold}d` },
        ],
      },
    };
  };
  const transitionsOf = (system: System) =>
    s3Lifecycle(system).flatMap(({ transitions = [] }) => transitions);
  const expiryOf = (system: System): number | undefined =>
    s3Lifecycle(system)
      .flatMap(({ expiration }) => (expiration && "days" in expiration ? [expiration.days] : []))
      .at(0);

  for (const build of [greenlang, oversight])
    it(`of ${build.name} follows its tiers: 35 and 125 days, and ends ten days after two years`, () => {
      const system = build(production);
      assert.deepEqual(transitionsOf(system), [
        { days: 35, storageClass: "INTELLIGENT_TIERING" },
        { days: 125, storageClass: "GLACIER_IR" },
      ]);
      assert.equal(expiryOf(system), 740);
    });

  const day = fc.integer({ min: 1, max: 1_500 });
  it("moves nothing that is about to be deleted, and deletes nothing that is still kept", () => {
    fc.assert(
      fc.property(day, day, day, day, day, (raw, five, hour, cool, cold) => {
        const system = withRetention(raw, five, hour, cool, cold);
        const [first, second] = transitionsOf(system);
        assert.ok(first && second);
        assert.ok(first.days >= raw + 5 && second.days >= five + 5 && second.days > first.days);
        assert.ok((expiryOf(system) ?? 0) >= Math.max(raw, five, hour) + 10);
      }),
    );
  });

  it("never expires what is kept for ever", () => {
    assert.equal(expiryOf(withRetention(30, 120, 0)), undefined);
  });

  it("sweeps up old versions, their markers and unfinished uploads, each in a rule of its own", () => {
    const rules = s3Lifecycle(greenlang(production));
    const lone = rules.filter(({ expiration }) => expiration && "expiredObjectDeleteMarker" in expiration);
    assert.equal(lone.length, 1);
    assert.deepEqual(Object.keys(lone[0]!).sort(), ["expiration", "id"]);
    assert.ok(rules.some((rule) => rule.noncurrentVersionExpiration?.noncurrentDays === 30));
    assert.ok(rules.some((rule) => rule.abortIncompleteMultipartUpload?.daysAfterInitiation === 7));
  });
});

function rangeOf(cidr: string): { from: number; to: number } {
  const [address = "", bits = "32"] = cidr.split("/");
  const from = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return { from, to: from + 2 ** (32 - Number(bits)) };
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
