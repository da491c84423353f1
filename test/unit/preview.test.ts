import assert from "node:assert/strict";
import type { Panel } from "../../monitoring/model.ts";
import { formatValue } from "../../preview/format.ts";
import { renderIndex, renderPage } from "../../preview/page.ts";
import { askDashboard, type Answers } from "../../preview/panelData.ts";
import { graphOf, toneOf } from "../../preview/panelHtml.ts";

const panel: Panel = {
  title: "Samples",
  expression: 'rate(samples_total{instance=~"$instance"}[$__rate_interval])',
  unit: "cps",
  kind: "timeseries",
  legend: "{{instance}}",
  about: "Samples per second.",
};

const dashboard = {
  uid: "mine",
  title: "Mine",
  about: "A fixture.",
  panels: [panel],
  variables: [{ name: "instance", label: "Replica", series: "up", values: "instance" }],
};

/** Answers every range with two lines that grow, and remembers what it was asked. */
function answers(asked: string[]): Answers {
  return {
    instant: (expression) => {
      asked.push(expression);
      return Promise.resolve([{ metric: { instance: "a" }, value: [0, "7"] }]);
    },
    range: (expression, from, to, step) => {
      asked.push(expression);
      const times = Array.from({ length: (to - from) / step + 1 }, (_, index) => from + index * step);
      return Promise.resolve(
        ["b<", "a10", "a9"].map((instance) => ({
          metric: { instance },
          values: times.slice(2).map((time, index) => [time, String(index)] as const),
        })),
      );
    },
  };
}

const ask = (asked: string[], changes: Partial<Panel> = {}) =>
  askDashboard({ ...dashboard, panels: [{ ...panel, ...changes }] }, () => 5, answers(asked), {
    from: 1_000_000,
    to: 1_000_300,
  });

describe("Values, as pages tell them", () => {
  const told: [value: number | null, unit: string, text: string][] = [
    [0, "short", "0"],
    [0.1234, "short", "0.12"],
    [16_210, "short", "16.2 K"],
    [53_687_091_200, "bytes", "50 GiB"],
    [0.954, "percentunit", "95.4 %"],
    [100, "percent", "100 %"],
    [0.0004, "s", "400 µs"],
    [0.095, "s", "95 ms"],
    [90, "s", "90 s"],
    [7_776_000, "s", "90 d"],
    [250, "ms", "250 ms"],
    [4_160, "reqps", "4.16 K/s"],
    [Number.NaN, "s", "–"],
    [null, "bytes", "–"],
  ];
  for (const [value, unit, text] of told)
    it(`${String(value)} of unit ${unit} is ${text}`, () => assert.equal(formatValue(value, unit), text));
});

describe("A dashboard's data", () => {
  it("is asked with Grafana's variables filled in: all replicas, and a window of four scrapes at least", async () => {
    const asked: string[] = [];
    await ask(asked);
    assert.equal(asked[0], 'rate(samples_total{instance=~".*"}[20s])');
  });

  it("has lines in the order of their names, holes where there is no sample", async () => {
    const { panels } = await ask([]);
    assert.deepEqual(
      panels[0]?.lines.map(({ name }) => name),
      ["a9", "a10", "b<"],
    );
    assert.deepEqual(panels[0].lines[0]?.values.slice(0, 4), [null, null, 0, 1]);
  });

  it("of many days is asked for one moment", async () => {
    const { panels } = await ask([], { instant: true, kind: "stat" });
    assert.deepEqual(panels[0]?.lines[0]?.values, [7]);
  });
});

describe("A page", () => {
  const set = { title: "A <system>", dashboards: [dashboard, { uid: "other", title: "Other", about: "" }] };

  it("holds what was scraped as text only", async () => {
    const page = renderPage(await ask([]), set);
    assert.ok(page.includes("b&lt;") && !page.includes(">b<"));
    assert.ok(page.includes("A &lt;system&gt;"));
  });

  it("fetches nothing: no address of another place is in it but in uPlot's licence", async () => {
    const page = renderPage(await ask([]), set);
    assert.match(page, /default-src 'none'/);
    assert.doesNotMatch(page, /(?:src|href)="(?:https?:)?\/\//);
  });

  it("leads to the others", async () => {
    for (const page of [renderPage(await ask([]), set), renderIndex(set)])
      assert.match(page, /href="other\.html"/);
  });

  it("stacks lines on each other where the panel says so, and tells each by itself", async () => {
    const data = await ask([], { stacked: true });
    const { lines } = graphOf(data.panels[0]!, "graph-1", data);
    assert.deepEqual(
      lines.map(({ drawn, shown }) => [drawn[4], shown[4]]),
      [
        [2, 2],
        [4, 2],
        [6, 2],
      ],
    );
  });

  it("tells of now only what is still there", async () => {
    const ended = await ask([], { kind: "stat" });
    const [one] = ended.panels;
    const lines = [{ ...one!.lines[0]!, values: [1, 2, null, null, null, null] }];
    assert.match(renderPage({ ...ended, panels: [{ ...one!, lines }] }, set), /<b>–<\/b>/);
  });

  it("colours by thresholds, also where low is bad", () => {
    const tones = (thresholds: [number, number], values: number[]) =>
      values.map((value) => toneOf(value, { thresholds }));
    assert.deepEqual(tones([1, 10], [0, 1, 10]), ["good", "warning", "bad"]);
    assert.deepEqual(tones([2, 1], [2, 1, 0]), ["good", "warning", "bad"]);
    assert.equal(toneOf(5, {}), "neutral");
  });
});
