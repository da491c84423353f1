import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { bars, describeBenchmark, overBars, type Benchmark } from "../../cli/bench/report.ts";
import { median } from "../../cli/bench/timing.ts";
import { repository } from "../../cli/engine.ts";

const run = promisify(execFile);

describe("npm run bench", function () {
  this.timeout(240_000);
  // Other work on the machine may hit one kind of preview more than the other.
  this.retries(1);

  it("prints one object, with previews of dev and renderings within their bars", async () => {
    const benchmark = await bench("--json", "--rounds", "3");
    const { preview, ratios, render } = benchmark;
    assert.deepEqual(Object.keys(benchmark).sort(), [
      "check",
      "load",
      "preview",
      "ratios",
      "render",
      "rounds",
    ]);
    assert.deepEqual(Object.keys(render).sort(), [
      "greenlangMilliseconds",
      "oversightMilliseconds",
      "tradeMilliseconds",
    ]);
    assert.ok(Object.keys(preview).every((name) => name.endsWith("Seconds")));
    const figures = [preview, render, benchmark.check, benchmark.load].flatMap((group) =>
      Object.values(group as Readonly<Record<string, number>>),
    );
    for (const figure of figures) assert.ok(figure > 0);
    assert.equal(ratios.dev, preview.devSeconds / preview.emptySeconds);
    assert.ok(ratios.dev <= bars.devPreviewRatio, JSON.stringify(preview));
    assert.ok(ratios.prod <= bars.cloudPreviewRatio, JSON.stringify(preview));
    assert.ok(ratios.greenlangProd <= bars.cloudPreviewRatio, JSON.stringify(preview));
    assert.equal(ratios.policies, preview.prodWithPoliciesSeconds / preview.prodSeconds);
    assert.ok(ratios.policies <= bars.policiesRatio, JSON.stringify(preview));
    for (const milliseconds of Object.values(render)) assert.ok(milliseconds <= bars.renderMilliseconds);
  });
});

describe("the benchmark's report", () => {
  const good: Benchmark = {
    preview: {
      emptySeconds: 1,
      devSeconds: 1.9,
      prodSeconds: 2.2,
      prodWithPoliciesSeconds: 3.3,
      greenlangProdSeconds: 2.1,
    },
    ratios: { dev: 1.9, prod: 2.2, greenlangProd: 2.1, policies: 1.5 },
    load: { sdkMilliseconds: 300, programMilliseconds: 200 },
    render: { tradeMilliseconds: 20 },
    check: { tradeMilliseconds: 10 },
    rounds: 5,
  };

  it("shows both previews and their ratio", () => {
    assert.match(describeBenchmark(good), /empty program +1\.00 s\n.*dev, new +1\.90 s +1\.90 × empty/);
    assert.match(describeBenchmark(good), /prod with policies +3\.30 s +1\.50 × without/);
    assert.match(describeBenchmark(good), /Within the bars/);
  });

  it("says what is over its bar", () => {
    assert.deepEqual(
      overBars({
        ...good,
        ratios: { dev: 2.1, prod: 4.1, greenlangProd: 2.4, policies: 2.2 },
        render: { tradeMilliseconds: 101 },
      }),
      [
        "preview of dev: 2.10 × an empty program's, at most 2 wanted",
        "preview of prod: 4.10 × an empty program's, at most 2.4 allowed",
        "preview of prod with policies: 2.20 × the same without, at most 2 allowed",
        "rendering trade: 101 ms, at most 100 wanted",
      ],
    );
  });

  it("is of medians", () => {
    assert.equal(median([9, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 9]), 3);
    assert.throws(() => median([]), /median of nothing/);
  });
});

async function bench(...options: string[]): Promise<Benchmark> {
  const program = join(repository, "cli", "bench.ts");
  const { stdout } = await run(process.execPath, [program, ...options]).catch(
    // Exit code 1 is its verdict; the figures are printed all the same.
    (error: unknown) => error as { stdout: string },
  );
  return JSON.parse(stdout) as Benchmark;
}
