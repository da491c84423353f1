import assert from "node:assert/strict";
import {
  checkExpression,
  longestLookback,
  metricNames,
  rangeFindings,
  selectors,
  unitFindings,
} from "../../monitoring/promql.ts";
import { invalid, valid } from "../promqlExpressions.ts";

const messages = (findings: readonly { message: string }[]): string[] =>
  findings.map(({ message }) => message);

describe("Checking a PromQL expression", () => {
  it("has 60 expressions of each kind to go by", () => {
    assert.ok(valid.length >= 60 && invalid.length >= 60);
  });

  for (const expression of valid)
    it(`accepts ${expression}`, () => {
      assert.deepEqual(checkExpression(expression), []);
    });

  for (const [expression, finding] of invalid)
    it(`refuses ${expression || "nothing at all"}`, () => {
      const found = checkExpression(expression);
      assert.match(messages(found).join("\n"), finding);
      for (const { position, message } of found) {
        assert.ok(position >= 0 && position <= expression.length, `position ${position}`);
        assert.doesNotMatch(message, /\n/);
      }
    });

  it("points at the first character that is wrong", () => {
    assert.equal(checkExpression("sum(up) + rat(up[5m])")[0]?.position, 10);
    assert.equal(checkExpression("up > 1 && up")[0]?.position, 7);
  });

  it("reports every type error of an expression, in the order of the text", () => {
    assert.deepEqual(
      checkExpression("rate(up) + sum(1)").map(({ position }) => position),
      [5, 15],
    );
  });

  it("compares the type with what the place allows", () => {
    assert.deepEqual(checkExpression("up", "instant-vector"), []);
    assert.deepEqual(checkExpression("time()", ["instant-vector", "scalar"]), []);
    assert.deepEqual(messages(checkExpression("up[5m]", "instant-vector")), [
      "expected an instant vector, the expression is a range vector",
    ]);
  });

  it("refuses what promtool lets pass and what can never work", () => {
    assert.match(messages(checkExpression('up{job="a",job="b"}')).join(), /nothing would match/);
    assert.match(messages(checkExpression('label_replace(up,"a","$1","b","(?=x)")')).join(), /lookahead/);
    assert.match(messages(checkExpression("up[5m - 10m]")).join(), /longer than 0/);
  });

  it("lets a label have several matchers that agree", () => {
    assert.deepEqual(checkExpression('up{job=~"a.*",job!="ab",job!="ac"}'), []);
  });
});

describe("Reading a PromQL expression", () => {
  it("lists its selectors with matchers, ranges and offsets in seconds", () => {
    assert.deepEqual(selectors('rate(x_total{job!~"a|b"}[1h30m] offset -30s) / {"a.b", c="\\t"} offset 1d'), [
      {
        metric: "x_total",
        matchers: [{ label: "job", operator: "!~", value: "a|b" }],
        range: 5400,
        offset: -30,
      },
      { metric: "a.b", matchers: [{ label: "c", operator: "=", value: "\t" }], offset: 86400 },
    ]);
  });

  it("leaves the metric open where a pattern matches it", () => {
    assert.deepEqual(selectors('{__name__=~"job:.*"}'), [
      { matchers: [{ label: "__name__", operator: "=~", value: "job:.*" }] },
    ]);
  });

  it("names each metric once, sorted, and no label, function or string", () => {
    assert.deepEqual(metricNames('sum by (x) (b / on(y) a) + count_values("z", {__name__="c"}) - b'), [
      "a",
      "b",
      "c",
    ]);
  });

  it("finds nothing where the syntax is wrong", () => {
    assert.deepEqual(selectors("sum(up"), []);
    assert.equal(longestLookback("up[5m"), 0);
  });

  for (const [expression, seconds] of [
    ["up", 0],
    ["up offset 5m", 300],
    ["rate(x[5m] offset 1h)", 3900],
    ["up offset -1h", 0],
    ["a[1h] offset -30m", 1800],
    ["rate(a[5m]) / rate(b[1d])", 86400],
    ["max_over_time(rate(x[5m] offset 1m)[1h:1m] offset 1d)", 300 + 60 + 3600 + 86400],
    ["max_over_time(min_over_time(up[10m:])[1h:])", 4200],
    ["max_over_time(up[2 * 1h + 30m])", 9000],
  ] as const)
    it(`sees that ${expression} looks back ${seconds} s`, () => {
      assert.deepEqual(checkExpression(expression), []);
      assert.equal(longestLookback(expression), seconds);
    });
});

describe("Units and conventions in a PromQL expression", () => {
  for (const [expression, finding] of [
    ["rate(process_virtual_memory_bytes[5m])", /named as a gauge/],
    ["increase(cpu_usage_ratio[5m])", /named as a gauge/],
    ["rate(sum(x_total)[5m:])", /misses resets/],
    ["sum by (job) (errors_total) > 5", /compare its rate/],
    ["100 < errors_total", /compare its rate/],
    ["histogram_quantile(0.9, sum by (job) (rate(x_bucket[5m])))", /drops the label le/],
    ["histogram_quantile(0.9, sum(rate(x_bucket[5m])))", /drops the label le/],
    ["histogram_quantile(0.9, sum without (le) (rate(x_bucket[5m])))", /drops the label le/],
    ["histogram_quantile(95, rate(x_bucket[5m]))", /between 0 and 1, got 95/],
    ['up{job="a",job="a"}', /written twice/],
  ] as const)
    it(`objects to ${expression}`, () => {
      assert.deepEqual(checkExpression(expression), []);
      const found = messages(unitFindings(expression));
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", finding);
    });

  for (const expression of [
    "rate(node_network_receive_bytes_total[5m])",
    "rate(ceph_osd_op_r_out_bytes[5m])",
    "histogram_quantile(0.9, rate(prometheus_tsdb_compaction_chunk_size_bytes[5m]))",
    "delta(process_virtual_memory_bytes[5m])",
    "increase(errors_total[5m]) > 5",
    "errors_total > 0",
    "count(errors_total) > 5",
    "a_total / b_total > 0.5",
    "argocd_repo_pending_request_total > 50",
    "histogram_quantile(0.9, sum by (le, job) (rate(x_bucket[5m])))",
    "histogram_quantile(0.9, sum without (instance) (rate(x_bucket[5m])))",
    "histogram_quantile(0.9, sum(rate(native_seconds[5m])))",
    "max_over_time(sum(rate(x_total[5m]))[1h:])",
  ])
    it(`has nothing against ${expression}`, () => {
      assert.deepEqual(unitFindings(expression), []);
    });
});

describe("Windows against the scrape interval", () => {
  it("objects to a window of fewer than four scrapes, and says which would do", () => {
    assert.deepEqual(rangeFindings("1 + avg_over_time(x[10s])", 5), [
      { position: 18, message: "x[10s] is shorter than 4 scrapes of 5s: use [20s] or more" },
    ]);
  });

  it("accepts exactly four scrapes", () => {
    assert.deepEqual(rangeFindings("rate(x[20s])", 5), []);
  });

  it("leaves subqueries and windows that the query decides alone", () => {
    assert.deepEqual(rangeFindings("max_over_time(x[10s:1s]) + rate(x[step()])", 5), []);
  });
});
