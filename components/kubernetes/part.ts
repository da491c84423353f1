import { Release } from "@pulumi/kubernetes/helm/v3/release.js";
import { charts, type Chart } from "../../monitoring/kubernetes/charts.ts";
import type { HelmRelease, KubernetesObject, Part } from "../../monitoring/kubernetes/model.ts";
import * as pulumi from "../pulumi.ts";
import type { CloudCluster } from "./cloud.ts";
import { ClusterObject } from "./object.ts";

export interface ClusterPartArgs {
  readonly part: Part;
  readonly cloud: CloudCluster;
}

/** One part of the stack: its objects, then its Helm release. Its type is the part's name: `vigil:kubernetes:PrometheusStack`. */
export class ClusterPart extends pulumi.ComponentResource {
  constructor(name: string, { part, cloud }: ClusterPartArgs, options?: pulumi.ComponentResourceOptions) {
    super(`vigil:kubernetes:${pascalCase(part.name)}`, name, {}, options);
    const own = {
      parent: this,
      provider: cloud.provider,
      ...(cloud.deletedWith && part.ownsCloudResources !== true && { deletedWith: cloud.deletedWith }),
    };
    const place = (object: KubernetesObject, after: readonly pulumi.Resource[]): ClusterObject =>
      new ClusterObject(
        objectName(name, object),
        object,
        object.kind === "ServiceAccount" ? cloud.serviceAccountAnnotations[accountName(object)] : undefined,
        { ...own, dependsOn: [...after] },
      );
    // What is created side by side comes in any order: a namespace has to be there before what lies in it.
    const namespaces = part.objects.filter(isNamespace).map((object) => place(object, []));
    const others = part.objects
      .filter((object) => !isNamespace(object))
      .map((object) => place(object, namespaces));
    const objects = [...namespaces, ...others];
    if (part.release !== undefined)
      new Release(name, releaseArgs(part.release), { ...own, dependsOn: objects });
    this.registerOutputs({});
  }
}

/** A release that fails stays as Helm left it, and the next deployment goes on from there: nothing that runs is rolled away. */
function releaseArgs({ name, namespace, chart, values, timeoutSeconds = 600, hooks = true }: HelmRelease) {
  const { repository, chart: chartName, version }: Chart = charts[chart];
  const inRegistry = repository.startsWith("oci://");
  return {
    name,
    namespace,
    chart: inRegistry ? `${repository}/${chartName}` : chartName,
    ...(inRegistry ? {} : { repositoryOpts: { repo: repository } }),
    version,
    values,
    timeout: timeoutSeconds,
    maxHistory: 5,
    // Helm's `--no-hooks`: the provider takes the one for an installation and the other for an upgrade.
    ...(hooks ? {} : { disableWebhooks: true, disableCRDHooks: true }),
  };
}

function isNamespace({ kind }: KubernetesObject): boolean {
  return kind === "Namespace";
}

/** Unique in the stack, and readable in its tree: `thanos/ServiceAccount/thanos-store`. */
function objectName(part: string, { kind, metadata }: KubernetesObject): string {
  return `${part}/${kind}/${metadata.namespace === undefined ? "" : `${metadata.namespace}.`}${metadata.name}`;
}

function accountName({ metadata }: KubernetesObject): string {
  return `${metadata.namespace ?? "default"}/${metadata.name}`;
}

function pascalCase(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
