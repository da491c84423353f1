import { trade } from "../../systems/trade.ts";
import { ruleTests } from "./ruleTests.ts";

/** What the cases of stackAlerts.test.ts cannot say: what always fires, exact moments, and one fault that looks in several ways. */
describe("Alerts of a stack about itself, to the second", function () {
  this.timeout(30_000);
  const { states } = ruleTests(trade({ environment: "production", region: "local", layout: "cluster" }));
  const up = (job: string, instance: string) => `up{instance="${instance}", job="${job}", service="${job}"}`;
  const pair = { [up("prometheus", "prometheus-1")]: "1x60", [up("prometheus", "prometheus-2")]: "1x60" };

  it("Watchdog always fires", () =>
    states("Watchdog", "severity", "5s", pair, { "1s": { info: "firing" }, "300s": { info: "firing" } }));

  it("TargetDown is pending for a minute and a half, fires, stays five minutes more, and ends", () =>
    states(
      "TargetDown",
      "instance",
      "5s",
      { [up("backend", "backend")]: "1x2 0x23 1x90" },
      {
        "14s": {},
        "15s": { backend: "pending" },
        "95s": { backend: "pending" },
        "105s": { backend: "firing" },
        "130s": { backend: "firing" },
        "420s": { backend: "firing" },
        "435s": {},
      },
    ));

  it("TargetDown leaves Redis to RedisDown", () =>
    states(
      "TargetDown",
      "instance",
      "5s",
      { [up("redis", "redis-trade-state")]: "0x60" },
      { "100s": {}, "300s": {} },
    ));

  it("PrometheusDown fires when one of the pair is down, or gone, and is silent while both are up", async () => {
    await states("PrometheusDown", "severity", "5s", pair, { "100s": {}, "300s": {} });
    const down = { ...pair, [up("prometheus", "prometheus-2")]: "1x2 0x60" };
    await states("PrometheusDown", "severity", "5s", down, {
      "20s": { critical: "pending" },
      "80s": { critical: "firing" },
    });
    const gone = { ...pair, [up("prometheus", "prometheus-2")]: "1x2 stale" };
    await states("PrometheusDown", "severity", "5s", gone, { "80s": { critical: "firing" } });
    const none = { [up("backend", "backend")]: "1x60" };
    await states("PrometheusDown", "severity", "5s", none, { "80s": { critical: "firing" } });
  });
});
