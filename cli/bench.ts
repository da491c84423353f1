/** `npm run bench`: how long previews, rendering and checks take, all measured in one run. */
import { parseArgs } from "node:util";
import { measureCore } from "./bench/core.ts";
import { measureLoad } from "./bench/load.ts";
import { measurePreviews } from "./bench/previews.ts";
import { bars, describeBenchmark, overBars, type Benchmark } from "./bench/report.ts";
import { run } from "./terminal.ts";

const help = `npm run bench -- [--json] [--rounds 5]

Measures \`pulumi preview\` of the dev stack against an empty program's (same engine, in turns), loading, rendering and
checking, and previews of prod and greenlang-prod on simulated clouds, of prod with the policies too. No stack is changed. The
exit code is 1 when dev takes more than twice as long, one of a cloud more than ${String(bars.cloudPreviewRatio)} times, the policies more
than ${String(bars.policiesRatio)} times the same preview without them, or a rendering more than 100 ms.

  --json       one object, for programs (npm run -s bench -- --json)
  --rounds N   previews of each that the medians are of (default: 5)`;

/** Runs that the medians of rendering and checks are of. */
const coreTimes = 50;

if (import.meta.main)
  await run(async () => {
    const { values } = parseArgs({
      options: {
        json: { type: "boolean", default: false },
        rounds: { type: "string", default: "5" },
        help: { type: "boolean", short: "h", default: false },
      },
    });
    if (values.help) {
      console.log(help);
      return 0;
    }
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1 || rounds > 100)
      throw new Error(`--rounds: got ${values.rounds}, expected a number from 1 to 100`);
    const benchmark = await bench(rounds, (line) => {
      if (process.stderr.isTTY) console.error(line);
    });
    console.log(values.json ? JSON.stringify(benchmark, null, 2) : describeBenchmark(benchmark));
    return overBars(benchmark).length === 0 ? 0 : 1;
  });

/** All figures. @param rounds previews of each kind; that are measured */
export async function bench(rounds: number, log: (line: string) => void): Promise<Benchmark> {
  const preview = await measurePreviews(rounds, log);
  const load = await measureLoad(rounds);
  const { render, check } = measureCore(coreTimes);
  return {
    preview,
    render,
    check,
    load,
    ratios: {
      dev: preview.devSeconds / preview.emptySeconds,
      ...(preview.upSeconds === undefined ? {} : { up: preview.upSeconds / preview.emptySeconds }),
      prod: preview.prodSeconds / preview.emptySeconds,
      greenlangProd: preview.greenlangProdSeconds / preview.emptySeconds,
      policies: preview.prodWithPoliciesSeconds / preview.prodSeconds,
    },
    rounds,
  };
}
