import assert from "node:assert/strict";
import { policies } from "../../policies/catalogue.ts";
import { evaluate, given, type Given } from "./evaluation.ts";

/** What a check of Checkov's refuses, beside the rows of its policy. */
const refused: readonly {
  readonly check: string;
  readonly what: string;
  readonly resource: Given;
  readonly says: RegExp;
}[] = [
  {
    check: "CKV_AWS_300",
    what: "unfinished uploads that go from one folder only",
    resource: {
      type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      props: {
        rules: [
          { status: "Enabled", filter: {}, noncurrentVersionExpiration: { noncurrentDays: 30 } },
          {
            status: "Enabled",
            filter: { prefix: "debug/" },
            abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
          },
        ],
      },
    },
    says: /unfinished uploads stay/,
  },
  {
    check: "CKV_AWS_290",
    what: "speaking for every instance",
    resource: {
      type: "aws:iam/rolePolicy:RolePolicy",
      props: {
        policy: JSON.stringify({
          Statement: [{ Effect: "Allow", Action: "ssm:UpdateInstanceInformation", Resource: "*" }],
        }),
      },
    },
    says: /allows ssm:UpdateInstanceInformation on everything/,
  },
  {
    check: "CKV_AZURE_2",
    what: "a disk whose encryption is switched off",
    resource: {
      type: "azure-native:compute:Disk",
      props: {
        networkAccessPolicy: "DenyAll",
        publicNetworkAccess: "Disabled",
        encryptionSettingsCollection: { enabled: false },
      },
    },
    says: /encryptionSettingsCollection\.enabled is false/,
  },
  {
    check: "CKV_K8S_35",
    what: "a whole Secret in the environment",
    resource: controller({ envFrom: [{ secretRef: { name: "web" } }] }),
    says: /containers\[0\]\.envFrom\[0\] hands a whole Secret over/,
  },
  {
    check: "CKV_K8S_16",
    what: "a privileged container of a ReplicationController",
    resource: controller({ securityContext: { privileged: true } }),
    says: /securityContext\.privileged is true/,
  },
  {
    check: "CKV_K8S_49",
    what: "part of every resource",
    resource: {
      type: "kubernetes:rbac.authorization.k8s.io/v1:Role",
      props: { rules: [{ apiGroups: ["apps"], resources: ["*/scale"], verbs: ["update"] }] },
    },
    says: /rules\[0\]\.resources holds "\*\/scale"/,
  },
];

describe("A policy that covers a check of Checkov's", () => {
  for (const { check, what, resource, says } of refused)
    it(`refuses ${what} (${check})`, () => {
      const own = policies.filter(({ covers }) => covers.includes(check));
      assert.ok(own.length > 0);
      const { violations } = evaluate(own, given([resource]));
      assert.match(violations.map(({ message }) => message).join("\n"), says);
    });

  it("lets a role name a path with a star in it", () => {
    const role = {
      type: "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole",
      props: { rules: [{ nonResourceURLs: ["/metrics/*"], verbs: ["get"] }] },
    };
    const own = policies.filter(({ covers }) => covers.includes("CKV_K8S_49"));
    assert.deepEqual(evaluate(own, given([role])).violations, []);
  });
});

function controller(container: object): Given {
  return {
    type: "kubernetes:core/v1:ReplicationController",
    props: { spec: { template: { spec: { containers: [{ name: "main", ...container }] } } } },
  };
}
