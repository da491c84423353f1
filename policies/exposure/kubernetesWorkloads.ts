/** Kubernetes: nothing is known to be a way in, and nothing is where everybody is. */
import { containersOf, podTemplateOf, podTypes, type Container } from "../facts/podTemplates.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { at, everyOne, isMap, listAt, quoted } from "../resource.ts";

export const podAbandoned: ResourcePolicy = {
  id: "pod-abandoned",
  concern: "exposure",
  severity: "high",
  description:
    "No pod runs what is known to be a way in: Tiller, the dashboard, or a git-sync whose program can be named.",
  remedy: "Remove it: Helm needs no Tiller since version 3, and clusters are looked at from a desktop",
  covers: ["CKV_K8S_33", "CKV_K8S_34", "CKV_K8S_45", "CKV_K8S_159"],
  types: podTypes,
  *check(resource) {
    const pod = podTemplateOf(resource);
    if (pod !== undefined) yield* everyOne(containersOf(pod), abandoned);
  },
};

function* abandoned({ container, path, pod }: Container): Iterable<Fault> {
  const image = String(at(container, "image"));
  const labels = [pod.labels, at(pod.resource.props, "metadata", "labels")].flatMap((own) =>
    ["app", "k8s-app", "name"].map((label) => at(own, label)),
  );
  if (image.includes("tiller") || labels.includes("helm") || labels.includes("tiller"))
    yield { path: `${path}.image`, problem: "is Tiller, which does for anybody whatever it may" };
  if (/kubernetes-dashboard|kubernetesui/.test(image) || labels.includes("kubernetes-dashboard"))
    yield { path: `${path}.image`, problem: "is the Kubernetes dashboard" };
  for (const [index, variable] of listAt(container, "env").entries())
    if (at(variable, "name") === "GITSYNC_GIT")
      yield { path: `${path}.env[${String(index)}]`, problem: "names the program that git-sync runs" };
}

export const serviceAbandoned: ResourcePolicy = {
  id: "exposure-tiller-service",
  concern: "exposure",
  severity: "high",
  description: "No Service leads to Tiller.",
  remedy: "Remove it: Helm needs no Tiller since version 3",
  covers: ["CKV_K8S_44"],
  types: ["kubernetes:core/v1:Service"],
  *check({ props }) {
    const texts = [at(props, "metadata", "labels"), at(props, "spec", "selector")]
      .filter(isMap)
      .flatMap((labels) => Object.values(labels));
    if ([at(props, "metadata", "name"), ...texts].some((text) => /tiller/i.test(String(text))))
      yield { path: "", problem: "leads to Tiller" };
  },
};

/** What has a namespace and says so. */
const namespacedTypes: readonly string[] = [
  ...podTypes,
  "kubernetes:core/v1:Service",
  "kubernetes:core/v1:Secret",
  "kubernetes:core/v1:ServiceAccount",
  "kubernetes:core/v1:ConfigMap",
  "kubernetes:networking.k8s.io/v1:Ingress",
  "kubernetes:rbac.authorization.k8s.io/v1:Role",
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
];

export const defaultNamespace: ResourcePolicy = {
  id: "exposure-default-namespace",
  concern: "exposure",
  severity: "low",
  description: "Nothing is put into the namespace default, which no rule is written for.",
  remedy: "Set metadata.namespace to a namespace of its own",
  covers: ["CKV_K8S_21", "CIS Kubernetes 5.7.4", "AVD-KSV-0110"],
  types: namespacedTypes,
  *check({ props }) {
    const namespace = at(props, "metadata", "namespace");
    if (namespace === undefined || namespace === "" || namespace === "default")
      yield { path: "metadata.namespace", problem: `${quoted(namespace)}, which is everybody's` };
  },
};

export const ingressSnippets: ResourcePolicy = {
  id: "exposure-ingress-snippets",
  concern: "exposure",
  severity: "high",
  description:
    "No Ingress writes into the configuration of its controller, whose Secrets it would get (CVE-2021-25742).",
  remedy: "Remove the annotations that end in -snippet, and switch allow-snippet-annotations off",
  covers: ["CKV_K8S_152", "CKV_K8S_153", "CKV_K8S_154"],
  types: ["kubernetes:networking.k8s.io/v1:Ingress"],
  *check({ props }) {
    const annotations = at(props, "metadata", "annotations");
    for (const name of Object.keys(isMap(annotations) ? annotations : {}))
      if (/-snippets?$/.test(name))
        yield { path: `metadata.annotations["${name}"]`, problem: "is a piece of configuration" };
  },
};
