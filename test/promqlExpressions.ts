/** Expressions that Prometheus accepts. Backslashes are PromQL's own. */
export const valid: readonly string[] = String.raw`
1
-0x1F + 1_000.5e-3
Inf
1h30m
1 > bool 2
"text"
up
:job:rate5m
sum
and{job="a"}
{__name__=~"job:.+"}
{"a.b", "label.with.dots"="x"}
{'up', job!="x",}
{job!=""}
{job!~".*"}
up{job=~"(?i)a|b", path=~"\\d+[[:alpha:]]\\pL\\x{1F600}", code=~"a{2,5}?"}
up{path=~"(?P<name>x)"}
up{path="C:\\data\u00e9\x41\101"}
up[5m]
up[300]
up[1d12h30m15s500ms]
up offset 5m
up offset -1h
-up offset 5m
1 + up offset 5m
up[5m] offset 1w
up @ 1700000000.5
up @ start() offset 1m
up[5m] @ end()
up[step() * 4]
rate(up[max_of(step(), 1m)])
max_over_time(rate(x_total[5m])[1h:1m])
max_over_time(up[1h:] offset 5m)
sum(rate(x_total[5m])) by (job)
sum by (job, instance,) (up)
sum without () (up)
SUM BY (job) (up)
count by (on, "a.b") (up)
topk(3, up)
quantile(0.9, up)
count_values("version", build_info)
group(up)
stddev without(instance) (up)
a + b * c ^ d % e / f - g atan2 h
a and b or c unless d
a == on(job) b
a / on(job) group_left(version) b
a * ignoring(x) group_right b
a > bool on(job) b
a and on() b
a >= 2
-(a + b)
absent(up{job="x"}) or vector(0)
absent_over_time(up[5m])
histogram_quantile(0.95, sum by (le) (rate(x_bucket[5m])))
histogram_avg(rate(native[5m]))
histogram_fraction(0, 0.2, rate(native[5m]))
label_replace(up, "a", "$1", "b", "(.*):.*")
label_join(up, "a", "-", "b", "c", "d")
label_join(up, "a", "-")
predict_linear(disk_bytes[6h], 4 * 3600)
quantile_over_time(0.5, up[5m])
round(up)
round(up, 0.1)
clamp(up, 0, scalar(limit))
time() - process_start_time_seconds
hour()
day_of_week(vector(time()))
(((up)))
sum(up) # a comment with "quotes" and (
sort_desc(up)
`
  .split("\n")
  .filter((line) => line !== "");

/** Expressions that Prometheus refuses, each with what the finding says. */
export const invalid: readonly (readonly [expression: string, finding: RegExp])[] = [
  ["", /empty/],
  ["# only a comment", /empty/],
  ["1 +", /unexpected end/],
  ["up down", /unexpected "down" after "up"/],
  ["(up", /"\(" is never closed/],
  ["up)", /"\)" closes nothing/],
  ["rate(up[5m)]", /"]" must close "\["/],
  ['up{job="a}', /no closing quote/],
  ["up{job=api}", /label values must be quoted: "api"/],
  ['up{job=="a"}', /unexpected "=/],
  ["up{job}", /unexpected "}"/],
  ['up{"job"=}', /unexpected "}"/],
  ['up{,job="a"}', /unexpected ","/],
  ["up = 1", /written "=="/],
  ["up && down", /operator is "and"/],
  ["up || down", /operator is "or"/],
  ["up\u00a0> 1", /U\+00a0/],
  ["rate(up[5m],)", /after a comma/],
  ["up[5mm]", /"5mm" is neither a number nor a duration/],
  ["up[5m1h]", /"5m1h" is neither/],
  ["1..5 + 2x", /"1..5" is neither/],
  ["up[]", /bad duration/],
  ["up[foo]", /bad duration "foo"/],
  ["up[0s]", /longer than 0/],
  ["up[-5m]", /longer than 0/],
  ["up[300y]", /out of range/],
  ["up[5m / 0]", /division by zero/],
  ["up offset", /unexpected end/],
  ["up offset foo", /unexpected "foo"/],
  ["up offset 5m offset 1m", /offset is set twice/],
  ["up offset 5m [1m]", /come after the range/],
  ["up @ 1 @ 2", /@ is set twice/],
  ["up @ Inf", /needs a time/],
  ["1 offset 5m", /offset must directly follow/],
  ["sum(up) offset 5m", /offset must directly follow/],
  ["sum(up)[5m]", /write a subquery/],
  ["rate(rate(x[5m])[5m])", /write a subquery/],
  ["up[5m][5m]", /write a subquery|follows a selector only/],
  ["{}", /matches every series/],
  ['{job=""}', /matches every series/],
  ['{job=~".*"}', /matches every series/],
  ['{job!="a"}', /matches every series/],
  ['up{__name__="down"}', /set twice/],
  ['up{job=~"("}', /invalid regular expression for job: missing \)/],
  ['up{job=~"a)|(b"}', /unmatched \)/],
  ['up{job=~"(?!a)b"}', /lookahead/],
  ['up{job=~"(?<=a)b"}', /lookbehind/],
  [String.raw`up{job=~"(a)\\1"}`, /backreferences/],
  ['up{job=~"a**"}', /nested repetition/],
  ['up{job=~"*"}', /nothing to repeat/],
  ['up{job=~"a{1001}"}', /repeat count/],
  ['up{job!~"[z-a]"}', /character range/],
  ['up{job!~"[a"}', /missing ]/],
  [String.raw`up{job=~"a\\y"}`, /invalid escape/],
  [String.raw`up{job=~"a\d"}`, /double the backslash/],
  ["ratee(up[5m])", /unknown function "ratee": did you mean "rate"/],
  ["rate(up)", /rate\(\) needs a range vector, got an instant vector: add a range/],
  ["abs(up[5m])", /abs\(\) needs an instant vector, got a range vector/],
  ["rate(up[5m], 1)", /rate\(\) takes 1 argument, got 2/],
  ["clamp(up, 1)", /takes 3 arguments, got 2/],
  ["round(up, 1, 2)", /takes 1 to 2 arguments, got 3/],
  ['label_join(up, "a")', /takes at least 3 arguments, got 2/],
  ["histogram_quantile(up, 0.9)", /needs a scalar, got an instant vector/],
  ["label_replace(up, a, b, c, d)", /needs a string/],
  ["vector(up)", /vector\(\) needs a scalar/],
  ["time(1)", /takes 0 arguments/],
  ["sum()", /takes 1 argument, got 0/],
  ["sum(up, down)", /takes 1 argument, got 2/],
  ["topk(up)", /topk takes 2 arguments/],
  ["topk(up, up)", /the parameter of topk needs a scalar/],
  ["count_values(1, up)", /needs a string/],
  ["sum(1)", /sum needs an instant vector, got a scalar/],
  ["sum(up[5m])", /drop the range/],
  ["sum by (job (up)", /never closed/],
  ["sum by up", /unexpected "up"/],
  ["1 == 1", /bool/],
  ["up + bool 1", /bool goes with comparisons only/],
  ["1 and up", /and needs an instant vector on both sides/],
  ["up or 0", /or needs an instant vector on both sides/],
  ["up + on(job) 1", /on\(…\) needs an instant vector/],
  ["up and on(job) group_left down", /takes no group_left/],
  ["up * group_left(a) down", /goes after on/],
  ["up * on(a) group_left(a) down", /in on\(…\) and in the group clause/],
  ["up[5m] + 1", /got a range vector/],
  ['-"text"', /a sign needs/],
  ["-up[5m]", /a sign needs/],
  ["up[5m:1m:1m]", /unexpected ":/],
  ['max_over_time("a"[5m:])', /a subquery needs an instant vector/],
  ["limitk(2, up)", /promql-experimental-functions/],
  ["info(up)", /promql-experimental-functions/],
  ["mad_over_time(up[5m])", /promql-experimental-functions/],
  ["a + fill(0) b", /promql-binop-fill-modifiers/],
  ["rate(up[5m] smoothed)", /promql-extended-range-selectors/],
];
