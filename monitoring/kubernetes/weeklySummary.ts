/**
 * The weekly summary by e-mail: Alertmanager cannot summarise, so a job asks and mails.
 *
 * The program is one file of Python's standard library in a stock image: no image of our own to build and to mend, no
 * package to fetch when it starts, and its SMTP and TLS are those that everybody uses.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
 */
import { summaryProgram } from "../../weekly/program.ts";
import type { System } from "../model.ts";
import { containerSecurity, podSecurity, serviceAccount } from "./exporters/pods.ts";
import { externalSecret } from "./externalSecret.ts";
import { pinned, pullPolicy } from "./images.ts";
import type { ClusterFacts, KubernetesObject, Part, Workload } from "./model.ts";
import { internalIssuer, ownObject, tlsMount, tlsSecret, tlsVolume } from "./names.ts";
import { summarySettings, type SummarySettings } from "./summarySettings.ts";
import { workloadOf } from "./workloads.ts";

type Weekly = NonNullable<System["notifications"]["weeklySummary"]>;

const repository = "docker.io/library/python";
const programMount = "/etc/vigil/program";
const mailMount = "/etc/vigil/mail";

/** Absent where the system mails no summary. */
export function weeklySummary(system: System, facts: ClusterFacts): Part | undefined {
  const weekly = system.notifications.weeklySummary;
  if (weekly === undefined) return undefined;
  const workload = workloadOf(system, "weekly-summary");
  const { name, namespace } = workload;
  const settings = summarySettings(system, facts, weekly, {
    ca: `${tlsMount}/ca.crt`,
    certificate: `${tlsMount}/tls.crt`,
    key: `${tlsMount}/tls.key`,
    password: `${mailMount}/password`,
  });
  return {
    name,
    about: `Mails what happened in the week to ${weekly.to.join(", ")}.`,
    after: ["certificates", "secret-store"],
    objects: [
      serviceAccount(workload),
      externalSecret(facts, { name: mailSecret(name), namespace, keys: { password: weekly.passwordSecret } }),
      clientCertificate(workload),
      program(workload, settings),
      cronJob(workload, facts, weekly),
    ],
  };
}

const mailSecret = (name: string): string => `${name}-mail`;

/** It serves nothing, so the table of workloads asks for no certificate: this one only shows who asks. */
function clientCertificate({ name, namespace }: Workload): KubernetesObject {
  return ownObject({
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name, namespace },
    spec: {
      secretName: tlsSecret(name),
      commonName: name,
      dnsNames: [`${name}.${namespace}.svc.cluster.local`],
      duration: "2160h0m0s",
      renewBefore: "720h0m0s",
      privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
      usages: ["digital signature", "client auth"],
      issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: internalIssuer },
    },
  });
}

function program({ name, namespace }: Workload, settings: SummarySettings): KubernetesObject {
  return ownObject({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data: { "summary.py": summaryProgram, "settings.json": `${JSON.stringify(settings, undefined, 2)}\n` },
  });
}

function cronJob(workload: Workload, facts: ClusterFacts, { schedule }: Weekly): KubernetesObject {
  const { name, namespace, selector } = workload;
  return ownObject({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name, namespace, labels: selector },
    spec: {
      schedule,
      timeZone: "Etc/UTC",
      concurrencyPolicy: "Forbid",
      // A summary that is half a day late is still one; later the next week has begun.
      startingDeadlineSeconds: 43_200,
      successfulJobsHistoryLimit: 2,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        spec: {
          backoffLimit: 3,
          activeDeadlineSeconds: 1_800,
          template: { metadata: { labels: selector }, spec: podOf(workload, facts) },
        },
      },
    },
  });
}

function podOf({ name }: Workload, facts: ClusterFacts): Record<string, unknown> {
  return {
    serviceAccountName: name,
    automountServiceAccountToken: false,
    restartPolicy: "Never",
    securityContext: podSecurity,
    containers: [
      {
        name,
        image: `${repository}:${pinned(facts, repository, "3.14.2-alpine3.22")}`,
        imagePullPolicy: pullPolicy(facts, repository),
        // -I: nothing of the environment or the working directory; -B: no compiled files beside the program.
        command: ["python3", "-I", "-B", `${programMount}/summary.py`, `${programMount}/settings.json`],
        resources: {
          requests: { cpu: "50m", memory: "64Mi" },
          limits: { cpu: "250m", memory: "256Mi" },
        },
        securityContext: containerSecurity,
        volumeMounts: [
          { name: "program", mountPath: programMount, readOnly: true },
          { name: "mail", mountPath: mailMount, readOnly: true },
          { name: tlsVolume, mountPath: tlsMount, readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: "program", configMap: { name } },
      { name: "mail", secret: { secretName: mailSecret(name), defaultMode: 0o440 } },
      { name: tlsVolume, secret: { secretName: tlsSecret(name), defaultMode: 0o440 } },
    ],
  };
}
