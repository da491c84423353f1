import type { Alert, RecordingRule, ScrapeJob } from "../monitoring/model.ts";
import type { AddedTo, Changes } from "../monitoring/extend.ts";
import type { Values } from "./keys.ts";

/** What a configuration changes in its system, in the vocabulary of the model. */
export function changesOf(values: Values): Changes {
  const { time, size, volume, objects } = values.retention;
  return {
    externalLabels: values.externalLabels,
    retention: {
      local: { ...(time && { time }), ...(size && { size }), ...(volume && { volume }) },
      ...(objects && { objects }),
    },
    ...(values.longTerm !== "system" && { longTerm: values.longTerm }),
    ...(values.bucket !== "" && { bucket: values.bucket }),
    sizing: values.sizing,
    jobs: values.jobs.map(jobOf),
    targets: values.targets,
    recording: values.recording.map(recordingOf),
    alerts: values.alerts.map(alertOf),
    receivers: values.receivers,
    routes: values.routes,
    inhibitions: values.inhibitions,
    ...(values.runbookBase !== "" && { runbookBase: values.runbookBase }),
  };
}

function jobOf({ targets, service, series, credentials, about, ...job }: Values["jobs"][number]): ScrapeJob {
  const own = service === undefined ? {} : { service };
  return {
    ...job,
    about: about ?? `${job.name}, added by the stack's configuration`,
    discovery: {
      kind: "static",
      targets: targets.map(({ address, labels }) => ({ address, labels: { ...own, ...labels } })),
    },
    seriesPerTarget: series,
    ...(credentials && { credentials: { kind: "basic", ...credentials } }),
  };
}

function recordingOf({ group, ...rule }: Values["recording"][number]): AddedTo<RecordingRule> {
  return { group, rule };
}

function alertOf({ group, evaluator, ...rule }: Values["alerts"][number]): AddedTo<Alert> {
  return { group, rule, ...(evaluator && { evaluator }) };
}
