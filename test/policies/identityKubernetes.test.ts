import { retentionStorageClass } from "../../policies/retention/storageClasses.ts";
import { encryptionCertificate } from "../../policies/encryption/certificates.ts";
import * as kubernetesPolicies from "../../policies/identity/kubernetes.ts";
import {
  identityKubernetesBinding,
  identityKubernetesReading,
  identityKubernetesRole,
  identityKubernetesSecrets,
  identityServiceAccount,
} from "../../policies/identity/kubernetes.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const group = "rbac.authorization.k8s.io";
const clusterRoleType = `kubernetes:${group}/v1:ClusterRole`;
const bindingType = `kubernetes:${group}/v1:ClusterRoleBinding`;
const roleBindingType = `kubernetes:${group}/v1:RoleBinding`;
const certificateType = "kubernetes:cert-manager.io/v1:Certificate";
const storageClassType = "kubernetes:storage.k8s.io/v1:StorageClass";
const elliptic = { algorithm: "ECDSA", size: 256 };

describe("Policies of Kubernetes: who may do what", () => {
  testPolicy({
    policy: identityKubernetesRole,
    passes: {
      "named verbs of named resources": [
        clusterRole({ apiGroups: [""], resources: ["nodes", "pods"], verbs: ["get", "list", "watch"] }),
      ],
      "a path of the API server": [clusterRole({ nonResourceURLs: ["/metrics"], verbs: ["get"] })],
      "the same in a namespace": [
        role({ apiGroups: ["apps"], resources: ["statefulsets"], verbs: ["create", "update"] }),
      ],
      "reading what decides over objects": [
        clusterRole({
          apiGroups: ["x"],
          resources: ["mutatingwebhookconfigurations"],
          verbs: ["get", "list"],
        }),
      ],
      "a request for a certificate": [
        clusterRole({
          apiGroups: ["x"],
          resources: ["certificatesigningrequests"],
          verbs: ["create", "get"],
        }),
      ],
      "the rights of chosen roles": [aggregated({ matchLabels: { "rbac.example.com/metrics": "true" } })],
      "a pod's log": [role({ apiGroups: [""], resources: ["pods/log"], verbs: ["get"] })],
    },
    fails: {
      "signing certificates": {
        stack: [
          clusterRole({ apiGroups: ["certificates.k8s.io"], resources: ["signers"], verbs: ["approve"] }),
        ],
        says: /rules\[0\]\.verbs hold approve on signers/,
      },
      "the status of Services": {
        stack: [role({ apiGroups: [""], resources: ["services/status"], verbs: ["patch"] })],
        says: /rules\[0\]\.resources hold services\/status, to be written/,
      },
      "every verb": {
        stack: [clusterRole({ apiGroups: [""], resources: ["pods"], verbs: ["*"] })],
        says: /rules\[0\]\.verbs holds "\*"/,
      },
      "every group": {
        stack: [clusterRole({ apiGroups: ["*"], resources: ["pods"], verbs: ["get"] })],
        says: /rules\[0\]\.apiGroups holds "\*"/,
      },
      "every resource among named ones": {
        stack: [role({ apiGroups: [""], resources: ["pods", "*"], verbs: ["get"] })],
        says: /rules\[0\]\.resources holds "\*"/,
      },
      "every path": {
        stack: [clusterRole({ nonResourceURLs: ["*"], verbs: ["get"] })],
        says: /rules\[0\]\.nonResourceURLs holds "\*"/,
      },
      ...Object.fromEntries(
        ["escalate", "bind", "impersonate"].map((verb) => [
          verb,
          {
            stack: [
              role(
                { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
                { apiGroups: [group], resources: ["clusterroles"], verbs: ["get", verb] },
              ),
            ],
            says: new RegExp(`rules\\[1\\]\\.verbs hold ${verb}, which gives any right`),
          },
        ]),
      ),
      ...Object.fromEntries(
        [
          "pods/exec",
          "pods/attach",
          "pods/portforward",
          "pods/proxy",
          "pods/ephemeralcontainers",
          "nodes/proxy",
          "serviceaccounts/token",
          "*/exec",
        ].map((resource) => [
          resource,
          {
            stack: [clusterRole({ apiGroups: [""], resources: [resource], verbs: ["get"] })],
            says: new RegExp(`rules\\[0\\]\\.resources hold ${resource.replace("*", "\\*")}`),
          },
        ]),
      ),
      ...Object.fromEntries(
        [
          "mutatingwebhookconfigurations",
          "validatingwebhookconfigurations",
          "mutatingadmissionpolicies",
          "certificatesigningrequests/approval",
        ].map((resource) => [
          `writing ${resource}`,
          {
            stack: [clusterRole({ apiGroups: ["x"], resources: ["y", resource], verbs: ["get", "patch"] })],
            says: new RegExp(`rules\\[0\\]\\.resources hold ${resource}, to be written`),
          },
        ]),
      ),
      "the rights of every role": {
        stack: [aggregated({})],
        says: /aggregationRule\.clusterRoleSelectors\[0\] is empty, which takes the rights of every role/,
      },
      "the rights of every role, by no labels": {
        stack: [aggregated({ matchLabels: { team: "sre" } }, { matchLabels: {} })],
        says: /clusterRoleSelectors\[1\] is empty/,
      },
    },
    absent: { stack: [{ type: clusterRoleType, props: {} }] },
    unknown: [clusterRole({ apiGroups: [""], resources: ["pods"], verbs: [unknown] })],
  });

  testPolicy({
    policy: identityKubernetesSecrets,
    passes: {
      "named Secrets": [
        clusterRole({
          apiGroups: [""],
          resources: ["secrets"],
          resourceNames: ["objstore"],
          verbs: ["get", "update"],
        }),
      ],
      "Secrets of a namespace": [role({ apiGroups: [""], resources: ["secrets"], verbs: ["get", "update"] })],
      "secrets that are another API's": [
        clusterRole({ apiGroups: ["vault.example.com"], resources: ["secrets"], verbs: ["get"] }),
      ],
      "other things of the cluster": [
        clusterRole({ apiGroups: [""], resources: ["configmaps"], verbs: ["update"] }),
      ],
      "everything, of which another policy tells": [
        clusterRole({ apiGroups: ["*"], resources: ["*"], verbs: ["list"] }),
      ],
    },
    fails: {
      "writing every Secret": {
        stack: [clusterRole({ apiGroups: [""], resources: ["secrets"], verbs: ["create", "patch"] })],
        says: /rules\[0\] allow create, patch on every Secret of the cluster/,
      },
      "reading every Secret": {
        stack: [clusterRole({ apiGroups: [""], resources: ["secrets"], verbs: ["get", "list", "watch"] })],
        says: /rules\[0\] allow get, list, watch on every Secret of the cluster/,
      },
      "everything with every Secret": {
        stack: [clusterRole({ apiGroups: [""], resources: ["secrets"], verbs: ["*"] })],
        says: /rules\[0\] allow \* on every Secret/,
      },
      "deleting them, among other things": {
        stack: [
          clusterRole(
            { apiGroups: [""], resources: ["pods"], verbs: ["get"] },
            { apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["deletecollection"] },
          ),
        ],
        says: /rules\[1\] allow deletecollection/,
      },
    },
    absent: { stack: [{ type: clusterRoleType, props: {} }] },
    unknown: [clusterRole({ apiGroups: [""], resources: ["secrets"], verbs: [unknown] })],
  });

  testPolicy({
    policy: identityKubernetesReading,
    passes: {
      "Secrets by their names": [
        role({ apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ["web"] }),
      ],
      "writing without reading": [
        role({ apiGroups: [""], resources: ["secrets"], verbs: ["create", "patch"] }),
      ],
    },
    fails: {
      "every Secret of a namespace": {
        stack: [role({ apiGroups: [""], resources: ["secrets"], verbs: ["list"] })],
        says: /allow list on every Secret there/,
      },
      "every Secret of a namespace, by a star": {
        stack: [role({ apiGroups: [""], resources: ["secrets"], verbs: ["*"] })],
        says: /allow \* on every Secret there/,
      },
    },
    absent: { stack: [role()] },
    unknown: [role({ apiGroups: [""], resources: ["secrets"], verbs: [unknown] })],
  });

  testPolicy({
    policy: identityKubernetesBinding,
    passes: {
      "a role of its own for one account": [bound("prometheus-operator", account("prometheus-operator"))],
      "what Kubernetes lets every aggregated API ask": [
        bound("system:auth-delegator", account("prometheus-adapter")),
      ],
      "reading a namespace": [{ ...bound("view", account("grafana")), type: roleBindingType }],
      "an account as a user": [
        bound("reader", {
          kind: "User",
          apiGroup: group,
          name: "system:serviceaccount:monitoring:prometheus",
        }),
      ],
      "a group of people": [bound("dashboards", { kind: "Group", apiGroup: group, name: "sre@example.com" })],
      "the same in a namespace": [
        { ...bound("prometheus-operator", account("prometheus-operator")), type: roleBindingType },
      ],
    },
    fails: {
      "an administrator of the cluster": {
        stack: [bound("cluster-admin", account("prometheus-operator"))],
        says: /roleRef\.name is "cluster-admin", which may do anything there/,
      },
      "an administrator of a namespace": {
        stack: [{ ...bound("admin", account("grafana")), type: roleBindingType }],
        says: /roleRef\.name is "admin"/,
      },
      "whoever writes anything": { stack: [bound("edit", account("grafana"))], says: /is "edit"/ },
      ...Object.fromEntries(
        [
          "system:masters",
          "system:anonymous",
          "system:unauthenticated",
          "system:authenticated",
          "system:serviceaccounts",
          "system:serviceaccounts:monitoring",
          "system:nodes",
        ].map((name) => [
          name,
          {
            stack: [bound("reader", account("prometheus"), { kind: "Group", apiGroup: group, name })],
            says: new RegExp(`subjects\\[1\\]\\.name is "${name}", which is more than one account`),
          },
        ]),
      ),
      "the rights that an administrator is made of": {
        stack: [bound("system:aggregate-to-admin", account("grafana"))],
        says: /is "system:aggregate-to-admin"/,
      },
      "the rights of a controller of the cluster": {
        stack: [bound("system:controller:clusterrole-aggregation-controller", account("grafana"))],
        says: /is "system:controller:clusterrole-aggregation-controller"/,
      },
      "the account of every pod, as a user": {
        stack: [
          bound("reader", {
            kind: "User",
            apiGroup: group,
            name: "system:serviceaccount:monitoring:default",
          }),
        ],
        says: /subjects\[0\]\.name is the account of every pod that names none/,
      },
      "everybody, to a role that is not known yet": {
        stack: [bound(unknown, { kind: "Group", apiGroup: group, name: "system:anonymous" })],
        says: /is "system:anonymous"/,
      },
      "everybody, in a namespace": {
        stack: [
          {
            ...bound("reader", { kind: "Group", apiGroup: group, name: "system:unauthenticated" }),
            type: roleBindingType,
          },
        ],
        says: /is "system:unauthenticated"/,
      },
      "the account of every pod": {
        stack: [bound("reader", account("default"))],
        says: /subjects\[0\]\.name is the account of every pod that names none/,
      },
    },
    absent: { stack: [{ type: bindingType, props: { roleRef: { name: "reader" } } }] },
    unknown: [bound(unknown, account("prometheus"))],
  });

  testPolicy({
    policy: identityServiceAccount,
    passes: {
      "an account that hands no token out": [serviceAccount({ automountServiceAccountToken: false })],
    },
    fails: {
      "one that does": {
        stack: [serviceAccount({ automountServiceAccountToken: true })],
        says: /automountServiceAccountToken is true, expected false/,
      },
      "a word for false": {
        stack: [serviceAccount({ automountServiceAccountToken: "false" })],
        says: /is "false", expected false/,
      },
      "a no at the wrong place": {
        stack: [serviceAccount({ metadata: { automountServiceAccountToken: false } })],
        says: /automountServiceAccountToken is not set/,
      },
    },
    absent: { stack: [serviceAccount({})], says: /automountServiceAccountToken is not set/ },
    unknown: [serviceAccount({ automountServiceAccountToken: unknown })],
  });
});

describe("Policies of Kubernetes: certificates and volumes", () => {
  testPolicy({
    policy: encryptionCertificate,
    passes: {
      "90 days, and a new key each time": [certificate({ duration: "2160h", renewBefore: "720h" })],
      "cert-manager's own times": [certificate({})],
      "cert-manager's own key": [certificate({ privateKey: { rotationPolicy: "Always" } })],
      "a renewal in the last third": [certificate({ renewBeforePercentage: 33 })],
      "a long RSA key": [
        certificate({ privateKey: { rotationPolicy: "Always", algorithm: "RSA", size: 4_096 } }),
      ],
      "an authority that lives for ten years with its key": [
        certificate({ isCA: true, duration: "87600h", renewBefore: "8760h", privateKey: elliptic }),
      ],
    },
    fails: {
      "a key for ever": {
        stack: [certificate({ privateKey: { ...elliptic, rotationPolicy: "Never" } })],
        says: /privateKey\.rotationPolicy is "Never", expected "Always"/,
      },
      "two years": {
        stack: [certificate({ duration: "17520h" })],
        says: /spec\.duration is "17520h", expected a year at most/,
      },
      "two years in minutes": {
        stack: [certificate({ duration: "1051200m" })],
        says: /spec\.duration is "1051200m", expected a year at most/,
      },
      "a renewal in the last minutes": {
        stack: [certificate({ renewBefore: "90m" })],
        says: /spec\.renewBefore is "90m", less than a tenth of its life/,
      },
      "a renewal in the last hundredth": {
        stack: [certificate({ renewBeforePercentage: 1 })],
        says: /spec\.renewBeforePercentage is 1, less than a tenth/,
      },
      "a short key of cert-manager's own kind": {
        stack: [certificate({ privateKey: { rotationPolicy: "Always", size: 1_024 } })],
        says: /RSA key of less than 2048 bits/,
      },
      "a renewal in the last hour": {
        stack: [certificate({ duration: "2160h", renewBefore: "1h" })],
        says: /spec\.renewBefore is "1h", less than a tenth of its life/,
      },
      "a short RSA key": {
        stack: [certificate({ privateKey: { rotationPolicy: "Always", algorithm: "RSA", size: 1_024 } })],
        says: /spec\.privateKey is an RSA key of less than 2048 bits/,
      },
      "no issuer": {
        stack: [certificate({ issuerRef: { name: "" } })],
        says: /spec\.issuerRef\.name is not set/,
      },
      "an authority that is renewed too late": {
        stack: [certificate({ isCA: true, duration: "87600h", renewBefore: "24h" })],
        says: /renewBefore is "24h"/,
      },
    },
    absent: {
      stack: [{ type: certificateType, props: { spec: {} } }],
      says: /rotationPolicy is not set[^]*issuerRef\.name is not set/,
    },
    unknown: [certificate({ duration: unknown })],
  });

  testPolicy({
    policy: retentionStorageClass,
    passes: {
      "an encrypted EBS class that keeps": [storageClass("ebs.csi.aws.com", { encrypted: "true" })],
      "an Azure class that nobody reaches": [
        storageClass("disk.csi.azure.com", {
          networkAccessPolicy: "DenyAll",
          publicNetworkAccess: "Disabled",
        }),
      ],
      "one that is reached by a private endpoint": [
        storageClass("disk.csi.azure.com", {
          networkAccessPolicy: "AllowPrivate",
          publicNetworkAccess: "Disabled",
        }),
      ],
      "a name in another case": [storageClass("ebs.csi.aws.com", { Encrypted: "true" })],
      "another's": [storageClass("driver.longhorn.io", {})],
    },
    fails: {
      "volumes that go with their claims": {
        stack: [{ ...storageClass("driver.longhorn.io", {}, { reclaimPolicy: "Delete" }) }],
        says: /reclaimPolicy is "Delete", expected "Retain"/,
      },
      "volumes that do not grow": {
        stack: [storageClass("driver.longhorn.io", {}, { allowVolumeExpansion: false })],
        says: /allowVolumeExpansion is not true/,
      },
      "EBS in the clear": {
        stack: [storageClass("ebs.csi.aws.com", { encrypted: "false" })],
        says: /parameters\.encrypted is "false", expected "true"/,
      },
      "EBS in the clear, by its name in Kubernetes": {
        stack: [storageClass("kubernetes.io/aws-ebs", {})],
        says: /parameters\.encrypted is not set/,
      },
      "EBS in the clear, by EKS itself": {
        stack: [storageClass("ebs.csi.eks.amazonaws.com", {})],
        says: /parameters\.encrypted is not set/,
      },
      "an Azure disk for everybody, by its name in Kubernetes": {
        stack: [storageClass("kubernetes.io/azure-disk", {})],
        says: /networkAccessPolicy is not set/,
      },
      "EBS that does not say": {
        stack: [storageClass("ebs.csi.aws.com", { type: "gp3" })],
        says: /parameters\.encrypted is not set/,
      },
      "an Azure disk that may be read from outside": {
        stack: [
          storageClass("disk.csi.azure.com", {
            networkAccessPolicy: "AllowAll",
            publicNetworkAccess: "Disabled",
          }),
        ],
        says: /networkAccessPolicy is "AllowAll", expected "DenyAll"/,
      },
      "an Azure disk on the internet": {
        stack: [
          storageClass("disk.csi.azure.com", {
            networkAccessPolicy: "DenyAll",
            publicNetworkAccess: "Enabled",
          }),
        ],
        says: /publicNetworkAccess is "Enabled", expected "Disabled"/,
      },
    },
    absent: {
      stack: [{ type: storageClassType, props: { provisioner: "disk.csi.azure.com" } }],
      says: /reclaimPolicy is not set[^]*networkAccessPolicy is not set[^]*allowVolumeExpansion/,
    },
    unknown: [storageClass(unknown, {})],
  });

  testNoneIsLeftOut(kubernetesPolicies);
});

function clusterRole(...rules: object[]): Given {
  return { type: clusterRoleType, props: { rules } };
}

function aggregated(...clusterRoleSelectors: object[]): Given {
  return { type: clusterRoleType, props: { aggregationRule: { clusterRoleSelectors }, rules: [] } };
}

function role(...rules: object[]): Given {
  return { type: `kubernetes:${group}/v1:Role`, props: { rules } };
}

function bound(name: string, ...subjects: object[]): Given {
  return { type: bindingType, props: { roleRef: { apiGroup: group, kind: "ClusterRole", name }, subjects } };
}

function account(name: string): object {
  return { kind: "ServiceAccount", name, namespace: "monitoring" };
}

function serviceAccount(props: Readonly<Record<string, unknown>>): Given {
  return { type: "kubernetes:core/v1:ServiceAccount", props };
}

function certificate(spec: object): Given {
  return {
    type: certificateType,
    props: {
      spec: {
        issuerRef: { name: "stack" },
        privateKey: { ...elliptic, rotationPolicy: "Always" },
        ...spec,
      },
    },
  };
}

function storageClass(provisioner: string, parameters: object, more: object = {}): Given {
  return {
    type: storageClassType,
    props: { provisioner, parameters, reclaimPolicy: "Retain", allowVolumeExpansion: true, ...more },
  };
}
