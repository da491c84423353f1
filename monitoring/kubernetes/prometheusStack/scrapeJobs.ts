/**
 * Jobs that no monitor can say: the cluster's API servers and nodes, annotated pods, machines of the cloud, other regions,
 * and what is asked through an exporter. Rendered as for a host, and handed to the operator as a Secret.
 *
 * @see https://prometheus-operator.dev/docs/platform/scrapeconfig/ for the ways to give jobs to the operator
 */
import type { ScrapeJob, System } from "../../model.ts";
import { jobLimits, scrapeConfigs } from "../../scrapeConfig.ts";
import { isListed, renderTargets } from "../../targets.ts";
import { toYaml } from "../../yaml.ts";
import { externalSecret } from "../externalSecret.ts";
import { clusterLayout, metricsPort } from "../layout.ts";
import type { ClusterFacts, KubernetesObject } from "../model.ts";
import { ownObject, tlsMount } from "../names.ts";

/** Secret of the jobs' text, which holds no secret: the operator takes no other kind. */
export const scrapeJobsSecret = { name: "prometheus-scrape-jobs", key: "scrape-jobs.yaml" } as const;
/** Passwords that jobs bring, and authorities. */
export const jobPasswords = "prometheus-passwords";
/** Static targets, which Prometheus reads again when they change. */
export const targetsConfigMap = "prometheus-targets";

const targetsFile = "targets.yml";
/** Where the operator mounts what `configMaps` and `secrets` name. */
const mounted = "/etc/prometheus";

/** A job that a cloud cannot serve. */
export interface JobLeftOut {
  readonly job: string;
  readonly why: string;
}

/** Jobs of the system that this cluster's cloud cannot serve, for a warning. */
export function jobsLeftOut(system: System, facts: ClusterFacts): JobLeftOut[] {
  return system.jobs.flatMap(({ name, discovery, through }) => {
    if (discovery.kind === "azure" && facts.azureSubscription === undefined)
      return [{ job: name, why: "discovers machines of Azure, and this cluster has no subscription there" }];
    if (through !== undefined && metricsPort(system, through.component) === undefined)
      return [{ job: name, why: `asks through ${through.component}, which the system does not deploy` }];
    return [];
  });
}

/** The jobs, their targets, and the passwords and authorities that they bring. */
export function scrapeJobObjects(system: System, facts: ClusterFacts): KubernetesObject[] {
  const { namespace } = system;
  const given = { ...system, jobs: additionalJobs(system, facts) };
  const passwords = passwordsOf(given.jobs);
  return [
    ownObject({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: scrapeJobsSecret.name, namespace },
      type: "Opaque",
      stringData: { [scrapeJobsSecret.key]: renderJobs(given, facts) },
    }),
    ownObject({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: targetsConfigMap, namespace },
      data: { [targetsFile]: renderTargets(given, clusterLayout(system)) },
    }),
    ...(passwords.length === 0
      ? []
      : [
          externalSecret(facts, {
            name: jobPasswords,
            namespace,
            keys: Object.fromEntries(passwords.map((name) => [name, name])),
          }),
        ]),
  ];
}

/** Whether a job brings a password, so that its Secret is to be mounted. */
export function bringsPasswords(system: System, facts: ClusterFacts): boolean {
  return passwordsOf(additionalJobs(system, facts)).length > 0;
}

function renderJobs(given: System, facts: ClusterFacts): string {
  const configs = scrapeConfigs(given, clusterLayout(given), {
    member: 1,
    targetsFile: `${mounted}/configmaps/${targetsConfigMap}/${targetsFile}`,
    certificateAuthorityFile: `${tlsMount}/ca.crt`,
    clientCertificateFile: `${tlsMount}/tls.crt`,
    clientKeyFile: `${tlsMount}/tls.key`,
    secretFile: (name) => `${mounted}/secrets/${jobPasswords}/${name}`,
    ...(facts.azureSubscription === undefined ? {} : { azureSubscription: facts.azureSubscription }),
  });
  return toYaml(configs);
}

function passwordsOf(jobs: readonly ScrapeJob[]): string[] {
  const names = jobs.flatMap(({ credentials }) =>
    credentials?.kind === "basic"
      ? [credentials.passwordSecret, ...(credentials.authoritySecret ? [credentials.authoritySecret] : [])]
      : [],
  );
  return [...new Set(names)];
}

function additionalJobs(system: System, facts: ClusterFacts): ScrapeJob[] {
  const left = jobsLeftOut(system, facts).map(({ job }) => job);
  return system.jobs
    .filter((job) => isAdditional(job) && !left.includes(job.name))
    .map((job) => withRoom(inTheClear(system, trusting(job, facts))));
}

function isAdditional(job: ScrapeJob): boolean {
  const { kind } = job.discovery;
  return kind === "static" || kind === "federate" || (!isListed(job) && kind !== "monitor");
}

/** A job trusts the authority that it is given, and otherwise the public ones. */
function trusting(job: ScrapeJob, { givenSecrets = [] }: ClusterFacts): ScrapeJob {
  const { credentials } = job;
  if (credentials?.kind !== "basic" || credentials.authoritySecret === undefined) return job;
  if (givenSecrets.includes(credentials.authoritySecret)) return job;
  const { kind, username, passwordSecret } = credentials;
  return { ...job, credentials: { kind, username, passwordSecret } };
}

/** An exporter whose port has no TLS is not asked over it. */
function inTheClear(system: System, job: ScrapeJob): ScrapeJob {
  const port = job.through === undefined ? undefined : metricsPort(system, job.through.component);
  return port === undefined || port.tls ? job : { ...job, scheme: "http" };
}

/** A cloud gives each node some thirty labels, which become those of its target. */
function withRoom(job: ScrapeJob): ScrapeJob {
  const { discovery } = job;
  if (discovery.kind !== "kubernetes" || discovery.role !== "node" || job.limits !== undefined) return job;
  return { ...job, limits: { ...jobLimits(job), labels: 100 } };
}
