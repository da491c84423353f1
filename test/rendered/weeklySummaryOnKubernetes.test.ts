import assert from "node:assert/strict";
import type { Part } from "../../monitoring/kubernetes/model.ts";
import { tlsSecret } from "../../monitoring/kubernetes/names.ts";
import type { SummarySettings } from "../../monitoring/kubernetes/summarySettings.ts";
import { weeklySummary } from "../../monitoring/kubernetes/weeklySummary.ts";
import { workloadOf, workloads } from "../../monitoring/kubernetes/workloads.ts";
import { checkExpression } from "../../monitoring/promql.ts";
import { greenlangOnEks, oversightOnAks } from "./clusterFacts.ts";

/** Whatever YAML can hold. */
type Json = ReturnType<typeof JSON.parse>;

function objectOf(part: Part | undefined, kind: string): Json {
  return part?.objects.find((object) => object.kind === kind) ?? assert.fail(`no ${kind}`);
}

describe("The weekly summary on Kubernetes", () => {
  const { system, facts } = greenlangOnEks;
  const part = weeklySummary(system, facts);
  const { spec } = objectOf(part, "CronJob");
  const { spec: pod, metadata } = spec.jobTemplate.spec.template;
  const settings: SummarySettings = JSON.parse(objectOf(part, "ConfigMap").data["settings.json"]);

  it("is there for systems that mail one", () => {
    assert.equal(weeklySummary(oversightOnAks.system, oversightOnAks.facts), undefined);
    assert.equal(
      workloads(oversightOnAks.system).some(({ name }) => name === "weekly-summary"),
      false,
    );
  });

  it("runs once a week, never twice at a time, and not for ever", () => {
    assert.deepEqual(
      [spec.schedule, spec.timeZone, spec.concurrencyPolicy],
      ["0 8 * * 1", "Etc/UTC", "Forbid"],
    );
    assert.ok(spec.jobTemplate.spec.activeDeadlineSeconds <= 3_600);
    assert.ok(spec.startingDeadlineSeconds < 7 * 86_400);
    assert.ok(spec.successfulJobsHistoryLimit > 0 && spec.failedJobsHistoryLimit > 0);
    assert.equal(pod.restartPolicy, "Never");
  });

  it("is known to the network policies by its labels", () => {
    assert.deepEqual(metadata.labels, workloadOf(system, "weekly-summary").selector);
  });

  it("mounts every file that the program and its settings name", () => {
    const [container] = pod.containers;
    const mounted = (file: string) =>
      container.volumeMounts.some(({ mountPath }: Json) => file.startsWith(`${mountPath}/`));
    const files = [...container.command.slice(3), settings.query.ca, settings.query.certificate];
    for (const file of [...files, settings.query.key, settings.mail.passwordFile])
      assert.ok(mounted(file), file);
    const volumes = pod.volumes.map(({ name }: Json) => name);
    for (const { name } of container.volumeMounts) assert.ok(volumes.includes(name), name);
  });

  it("asks the frontend under a name of its certificate, and shows one of its own", () => {
    assert.equal(settings.query.url, "https://thanos-query-frontend.monitoring.svc:10902");
    assert.equal(objectOf(part, "Certificate").spec.secretName, tlsSecret("weekly-summary"));
    assert.deepEqual(objectOf(part, "Certificate").spec.usages, ["digital signature", "client auth"]);
  });

  it("is restricted, sized and pinned", () => {
    const [container] = pod.containers;
    assert.equal(pod.securityContext.seccompProfile.type, "RuntimeDefault");
    assert.equal(container.securityContext.readOnlyRootFilesystem, true);
    assert.ok(
      container.resources.limits.cpu !== undefined && container.resources.requests.memory !== undefined,
    );
    assert.match(container.image, /^docker\.io\/library\/python:\d+\.\d+\.\d+-alpine\d+\.\d+$/);
  });

  it("asks only what Prometheus understands", () => {
    const asked = [
      ...settings.headline,
      ...settings.sections.flatMap((section) =>
        section.kind === "figures" ? section.figures : section.columns,
      ),
    ];
    assert.ok(asked.length > 10);
    for (const { title, expression } of asked)
      assert.deepEqual(checkExpression(expression, "instant-vector"), [], title);
  });
});
