/** The real charts, rendered by Helm with the values of a plan: every object that would be on the cluster. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseAllDocuments } from "yaml";
import type { HelmRelease, KubernetesObject } from "../../monitoring/kubernetes/model.ts";
import type { Labels } from "../../monitoring/model.ts";

const run = promisify(execFile);

/** Folder with unpacked charts, by the names of `charts.ts`, their subcharts within. */
export const chartsFolder = process.env["VIGIL_CHARTS"] ?? "";

/** Why the charts cannot be rendered, and how they could be. */
export function noCharts(): string | undefined {
  return existsSync(chartsFolder)
    ? undefined
    : "VIGIL_CHARTS names no folder of unpacked charts: `helm pull --untar --repo REPOSITORY CHART --version VERSION` for each of charts.ts";
}

/** What charts ask the cluster for: kinds of other releases, and of the aggregation that Helm alone does not know. */
const served = [
  "monitoring.coreos.com/v1",
  "cert-manager.io/v1",
  "external-secrets.io/v1",
  "apiregistration.k8s.io/v1",
];

/** Everything a release would create, its hooks where they run, without its own tests. @throws what Helm says */
export async function render(
  helm: string,
  release: HelmRelease,
  version: string,
): Promise<KubernetesObject[]> {
  const folder = await mkdtemp(join(tmpdir(), "vigil-helm-"));
  try {
    const values = join(folder, "values.json");
    await writeFile(values, JSON.stringify(release.values));
    const { stdout } = await run(
      helm,
      [
        "template",
        release.name,
        join(chartsFolder, release.chart),
        ...["--namespace", release.namespace, "--values", values, "--kube-version", `${version}.0`],
        ...served.flatMap((api) => ["--api-versions", api]),
        "--include-crds",
        "--skip-tests",
        ...(release.hooks === false ? ["--no-hooks"] : []),
      ],
      { maxBuffer: 64e6, env: { ...process.env, HELM_CACHE_HOME: folder, HELM_CONFIG_HOME: folder } },
    );
    return parseAllDocuments(stdout, { merge: true })
      .map((document) => document.toJS() as KubernetesObject | null)
      .filter((object) => object !== null)
      .map((object) => withNamespace(object, release.namespace));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Helm puts an object that names no namespace into the release's; the API server does not look at it for the cluster's own. */
function withNamespace(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { namespace, ...object.metadata } };
}

/** The pods that an object would start, itself included. */
export interface PodTemplate {
  readonly owner: KubernetesObject;
  readonly namespace: string;
  readonly labels: Labels;
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly volumes?: readonly {
    readonly name: string;
    readonly projected?: { readonly sources: readonly { readonly serviceAccountToken?: object }[] };
  }[];
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly ports?: readonly { readonly containerPort: number; readonly protocol?: string }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
}

interface Template {
  readonly metadata?: { readonly labels?: Labels };
  readonly spec: PodSpec;
}

export function podTemplates(objects: readonly KubernetesObject[]): PodTemplate[] {
  return objects.flatMap((owner): PodTemplate[] => {
    const spec = owner["spec"] as
      { template?: Template; jobTemplate?: { spec: { template: Template } } } | undefined;
    const template = spec?.jobTemplate?.spec.template ?? spec?.template;
    // Certificates and secrets have templates too, of other things.
    if (template === undefined || !Array.isArray((template.spec as Partial<PodSpec> | undefined)?.containers))
      return [];
    return [
      {
        owner,
        namespace: owner.metadata.namespace ?? "default",
        labels: template.metadata?.labels ?? {},
        spec: template.spec,
      },
    ];
  });
}

export function containersOf({ spec }: PodTemplate): Container[] {
  return [...spec.containers, ...(spec.initContainers ?? [])];
}
