import assert from "node:assert/strict";
import { describePlan, planCapacity } from "../../monitoring/capacity.ts";
import type { ScrapeJob, System } from "../../monitoring/model.ts";
import { systems } from "../../systems/index.ts";
import type { SystemName } from "../../systems/index.ts";

const parameters = { environment: "production", region: "eastus", layout: "cluster" } as const;

/** The trade system with nothing to scrape but so many series, once a second. */
function loaded(series: number, change: (system: System) => System = (system) => system): System {
  const job: ScrapeJob = {
    name: "load",
    about: "A load of a given size.",
    interval: "1s",
    discovery: { kind: "static", targets: [{ address: "load:9000", labels: { service: "load" } }] },
    seriesPerTarget: series,
  };
  return change({ ...systems.trade(parameters), jobs: [job], objectives: [] });
}

function findingOf(system: System, key: string): string | undefined {
  return planCapacity(system).findings.find((finding) => finding.key === key)?.message;
}

describe("Capacity planning", () => {
  for (const name of ["trade", "oversight", "greenlang"] as SystemName[])
    it(`finds that every promise of ${name} fits, in each of its forms`, () => {
      for (const layout of ["cluster", "desktop"] as const)
        for (const environment of ["production", "dev"])
          assert.deepEqual(planCapacity(systems[name]({ ...parameters, environment, layout })).findings, []);
    });

  it("adds targets × series / interval over all jobs", () => {
    const plan = planCapacity(systems.trade(parameters));
    const redis = plan.jobs.find((job) => job.name === "redis");
    assert.deepEqual(redis, { name: "redis", targets: 4, series: 1_200, samplesPerSecond: 1_200 });
    assert.equal(plan.jobs.find((job) => job.name === "windows")?.samplesPerSecond, (5 * 1_500) / 5);
    assert.equal(
      plan.series,
      plan.jobs.reduce((sum, job) => sum + job.series, 0),
    );
  });

  it("counts discovered targets as the system expects them", () => {
    const plan = planCapacity(systems.greenlang(parameters));
    assert.equal(plan.jobs.find((job) => job.name === "greenlang-agents")?.targets, 52);
    assert.equal(plan.jobs.find((job) => job.name === "pushgateway")?.targets, 2);
  });

  it("counts the series that the rules of objectives record", () => {
    const plan = planCapacity(systems.trade(parameters));
    // Three objectives: their promise and two rates each, four ratios every 30 s, and one ratio every minute.
    assert.deepEqual(plan.jobs.at(-1), {
      name: "objectives",
      targets: 0,
      series: 3 * 3 + 3 * 4 + 3,
      samplesPerSecond: 21 / 30 + 3 / 60,
    });
  });

  it("fits 13.8 K samples/s into 50 GiB for 30 days, and no more", () => {
    assert.equal(findingOf(loaded(13_800), "retention.local.time"), undefined);
    const message = findingOf(loaded(13_900), "retention.local.time");
    assert.match(
      message ?? "",
      /^30d are promised, but 50GiB are reached after 29\.8 days at 13900 samples\/s; 13808 would fit/,
    );
  });

  it("takes memory by series × 3 KiB × 2 + 1 GiB", () => {
    const [prometheus] = planCapacity(loaded(100_000)).memory;
    assert.equal(prometheus?.wanted, 100_000 * 3_072 * 2 + 2 ** 30);
  });

  it("takes disk by samples/s × retention × 1.5 B, times two for the pair", () => {
    const { disk } = planCapacity(loaded(1_000));
    assert.equal(disk.wanted, 1_000 * 30 * 86_400 * 1.5);
    assert.equal(disk.pair, 2 * disk.wanted);
    assert.equal(disk.effectiveSeconds, 30 * 86_400);
  });

  it("refuses a memory limit below the formula", () => {
    const limit = "components.prometheus.limits.memory";
    assert.equal(findingOf(loaded(174_762), limit), undefined);
    assert.match(
      findingOf(loaded(180_000), limit) ?? "",
      /^2\.00 GiB is below 2\.03 GiB \(series × 3 KiB × 2 \+ 1 GiB\)/,
    );
  });

  it("refuses a size retention above 80 % of the volume", () => {
    const volume = (size: "62.5GiB" | "62GiB") =>
      loaded(1_000, (system) => ({
        ...system,
        retention: { ...system.retention, local: { time: "30d", size: "50GiB", volume: size } },
      }));
    assert.equal(findingOf(volume("62.5GiB"), "retention.local.size"), undefined);
    assert.match(
      findingOf(volume("62GiB"), "retention.local.size") ?? "",
      /^50GiB is 81 % of the volume of 62GiB/,
    );
  });

  it("refuses a volume on which the compactor cannot merge two weeks", () => {
    const system = loaded(10_000, (trade) => ({
      ...trade,
      longTerm: { ...trade.longTerm, compactor: { volume: "40GiB" } },
    }));
    // Two replicas' blocks in, one out: 3 × 10 000 × 14 d × 1.5 B.
    assert.equal(planCapacity(system).objects?.compaction, 3 * 10_000 * 14 * 86_400 * 1.5);
    assert.match(findingOf(system, "longTerm.compactor.volume") ?? "", /^40GiB is too small .* 50\.69 GiB/);
  });

  it("refuses receivers whose disk does not hold their retention", () => {
    const oversight = systems.oversight(parameters);
    const receive = { replicas: 3, replicationFactor: 3, retention: "7d", volume: "15GiB" } as const;
    const small = { ...oversight, longTerm: { ...oversight.longTerm, receive } };
    assert.match(
      findingOf(small, "longTerm.receive.volume") ?? "",
      /^15GiB holds less than the 1[78]\.\d\d GiB of 7d/,
    );
  });

  it("divides Prometheus above 500 000 series, at most into four", () => {
    assert.equal(planCapacity(loaded(500_000)).shards, 1);
    assert.equal(planCapacity(loaded(500_001)).shards, 2);
    assert.equal(findingOf(loaded(2_000_000), "components.prometheus.maxReplicas"), undefined);
    assert.match(
      findingOf(loaded(2_000_001), "components.prometheus.maxReplicas") ?? "",
      /^5 are wanted .* at most 4/,
    );
  });

  it("wants another query above each 100 queries a second", () => {
    const wanted = (queriesPerSecond: number) =>
      planCapacity(systems.greenlang(parameters), { queriesPerSecond }).scales.find(
        ({ component }) => component === "thanos-query",
      )?.wanted;
    assert.deepEqual([20, 200, 201, 400].map(wanted), [2, 2, 3, 4]);
    assert.match(
      planCapacity(systems.greenlang(parameters), { queriesPerSecond: 401 }).findings[0]?.key ?? "",
      /thanos-query/,
    );
  });

  it("refuses more than three Alertmanagers", () => {
    const greenlang = systems.greenlang(parameters);
    const components = greenlang.components.map((sizing) =>
      sizing.component === "alertmanager" ? { ...sizing, replicas: 4 } : sizing,
    );
    assert.match(
      findingOf({ ...greenlang, components }, "components.alertmanager.maxReplicas") ?? "",
      /^4 are wanted/,
    );
  });

  it("keeps raw, 5-minute and 1-hour data apart in the bucket, copies only until they are merged", () => {
    const { objects } = planCapacity(loaded(1_000));
    assert.equal(objects?.raw.toFixed(0), (1_000 * 1.5 * (30 + 2) * 86_400).toFixed(0));
    assert.equal(objects.fiveMinutes.toFixed(0), ((1_000 / 300) * 5 * 1.5 * 120 * 86_400).toFixed(0));
    assert.equal(objects.oneHour.toFixed(0), ((1_000 / 3_600) * 5 * 1.5 * 730 * 86_400).toFixed(0));
  });

  it("prices the cloud by its own list, and a machine of one's own not at all", () => {
    assert.equal(planCapacity(systems.trade(parameters)).cost, undefined);
    const { cost } = planCapacity(systems.oversight(parameters));
    assert.match(cost?.source ?? "", /Azure .*2025/);
    // 2 × 1 + 2 × 0.25 + 2 × 0.25 + 3 × 1 + 2 × 0.25 + 0.25 + 2 × 0.1 + 0.1 + 2 × 0.1 + 2 × 0.1 + 0.1 + 6 × 0.1 vCPU
    assert.equal(cost?.lines[0]?.amount.toFixed(2), "8.15");
    assert.equal(cost.lines[0].dollarsAMonth.toFixed(0), (8.15 * 0.0405 * 730).toFixed(0));
  });

  it("prices an object by the tier of its age", () => {
    const greenlang = systems.greenlang(parameters);
    const cents = (tiers: System["longTerm"]["tiers"]) =>
      planCapacity({ ...greenlang, longTerm: { ...greenlang.longTerm, tiers } }).cost?.lines[3]
        ?.dollarsAMonth ?? NaN;
    const { objects } = planCapacity(greenlang);
    const total = (objects?.total ?? NaN) / 2 ** 30;
    assert.equal(cents([{ name: "hot", from: "0d" }]).toFixed(6), (total * 0.023).toFixed(6));
    const oneHourCold = ((objects?.oneHour ?? NaN) / 2 ** 30) * ((730 - 125) / 730) * (0.023 - 0.004);
    const both = cents([
      { name: "cold", from: "125d" },
      { name: "hot", from: "0d" },
    ]);
    assert.equal(both.toFixed(6), (total * 0.023 - oneHourCold).toFixed(6));
  });

  it("describes the plan for people: load, needs, cost and what does not fit", () => {
    const text = describePlan(planCapacity(loaded(20_000)));
    assert.match(text, /^load +1 +20000 +20000$/m);
    assert.match(text, /^disk of one prometheus +72\.42 GiB +50\.00 GiB of 64\.00 GiB$/m);
    assert.match(text, /^local data reaches back +20\.7 days$/m);
    assert.match(text, /^DOES NOT FIT retention\.local\.time: 30d are promised/m);
    assert.match(describePlan(planCapacity(systems.greenlang(parameters))), /^Every promise fits\.$/m);
  });
});
