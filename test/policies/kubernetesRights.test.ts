import {
  defaultNamespace,
  ingressSnippets,
  podAbandoned,
  serviceAbandoned,
} from "../../policies/exposure/kubernetesWorkloads.ts";
import { resilienceApiVersions, resilienceBarePod } from "../../policies/resilience/kubernetesObjects.ts";
import { testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

describe("Policies of Kubernetes: what stays", () => {
  testPolicy({
    policy: resilienceApiVersions,
    passes: {
      "a version that stays": [{ type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", props: {} }],
      "others' own versions": [{ type: "kubernetes:external-secrets.io/v1beta1:ExternalSecret", props: {} }],
    },
    fails: {
      "a beta": {
        stack: [{ type: "kubernetes:policy/v1beta1:PodDisruptionBudget", props: {} }],
        says: /apiVersion is v1beta1/,
      },
      "an alpha of a group with a domain": {
        stack: [{ type: "kubernetes:networking.k8s.io/v1alpha1:ClusterCIDR", props: {} }],
        says: /apiVersion is v1alpha1/,
      },
    },
    absent: { stack: [] },
  });

  testPolicy({
    policy: resilienceBarePod,
    passes: {
      "a Deployment": [{ type: "kubernetes:apps/v1:Deployment", props: {} }],
      "a pod of somebody's": [
        {
          type: "kubernetes:core/v1:Pod",
          props: { metadata: { ownerReferences: [{ kind: "ReplicaSet" }] } },
        },
      ],
    },
    fails: { "one of its own": { stack: [pod("thanos:v1")], says: /kind is Pod: nobody makes another one/ } },
    absent: { stack: [] },
  });
});

describe("Policies of Kubernetes: what is known to be a way in", () => {
  testPolicy({
    policy: podAbandoned,
    passes: { Thanos: [pod("quay.io/thanos/thanos:v0.42.4")] },
    fails: {
      Tiller: { stack: [pod("gcr.io/kubernetes-helm/tiller:v2.17.0")], says: /image is Tiller/ },
      "Tiller by its label": {
        stack: [pod("mirror/t:2", { labels: { app: "helm", name: "tiller" } })],
        says: /is Tiller/,
      },
      "the dashboard": {
        stack: [pod("docker.io/kubernetesui/dashboard:v2.7.0")],
        says: /is the Kubernetes dashboard/,
      },
      "git-sync with its program": {
        stack: [pod("registry.k8s.io/git-sync:v4", {}, [{ name: "GITSYNC_GIT", value: "/tmp/git" }])],
        says: /env\[0\] names the program/,
      },
    },
    absent: { stack: [{ type: "kubernetes:core/v1:Pod", props: {} }] },
    unknown: [pod(unknown)],
  });

  testPolicy({
    policy: serviceAbandoned,
    passes: {
      "a Service of Thanos": [
        service({ metadata: { name: "thanos" }, spec: { selector: { app: "thanos" } } }),
      ],
    },
    fails: {
      "Tiller's name": { stack: [service({ metadata: { name: "tiller-deploy" } })], says: /leads to Tiller/ },
      "Tiller's pods": {
        stack: [service({ spec: { selector: { name: "tiller" } } })],
        says: /leads to Tiller/,
      },
    },
    absent: { stack: [service({})] },
    unknown: [service({ metadata: { name: unknown } })],
  });

  testPolicy({
    policy: defaultNamespace,
    passes: { "a namespace of its own": [service({ metadata: { namespace: "monitoring" } })] },
    fails: {
      "everybody's": {
        stack: [service({ metadata: { namespace: "default" } })],
        says: /namespace is "default"/,
      },
    },
    absent: { stack: [service({ metadata: {} })], says: /metadata\.namespace is not set/ },
    unknown: [service({ metadata: { namespace: unknown } })],
  });

  testPolicy({
    policy: ingressSnippets,
    passes: { "a way to HTTPS": [ingress({ "haproxy.org/ssl-redirect": "true" })] },
    fails: {
      "a piece of Lua": {
        stack: [ingress({ "nginx.ingress.kubernetes.io/server-snippet": "content_by_lua_block {}" })],
        says: /annotations\["nginx\.ingress\.kubernetes\.io\/server-snippet"\] is a piece of configuration/,
      },
    },
    absent: { stack: [{ type: "kubernetes:networking.k8s.io/v1:Ingress", props: {} }] },
    unknown: [
      { type: "kubernetes:networking.k8s.io/v1:Ingress", props: { metadata: { annotations: unknown } } },
    ],
  });
});

function pod(image: string, metadata: object = {}, env: readonly object[] = []): Given {
  return {
    type: "kubernetes:core/v1:Pod",
    props: { metadata, spec: { containers: [{ name: "main", image, env }] } },
  };
}

function service(props: Given["props"]): Given {
  return { type: "kubernetes:core/v1:Service", props };
}

function ingress(annotations: object): Given {
  return { type: "kubernetes:networking.k8s.io/v1:Ingress", props: { metadata: { annotations } } };
}
