/** IAM and resource policies, as plain documents: who may do what, and nothing besides. */
import type { CloudAccess, WorkloadIdentity } from "../../monitoring/kubernetes/model.ts";

export interface PolicyDocument {
  readonly Version: "2012-10-17";
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Principal?: "*" | { readonly Service?: string; readonly AWS?: string };
  readonly Action: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

export function policy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: "2012-10-17", Statement: statements };
}

/** Lets an AWS service take a role. */
export function trustService(service: string, account?: string): PolicyDocument {
  return policy({
    Sid: "Assume",
    Effect: "Allow",
    Principal: { Service: service },
    Action: "sts:AssumeRole",
    // Without it the service could be led to use the role for somebody else's resources (the confused deputy).
    ...(account && { Condition: { StringEquals: { "aws:SourceAccount": account } } }),
  });
}

/**
 * Lets EKS Pod Identity take a role for one service account of one cluster, and for nobody else.
 *
 * @see https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
 */
export function trustPod(account: string, cluster: string, pod: ServiceAccount): PolicyDocument {
  return policy({
    Sid: "AssumeForPod",
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:SourceAccount": account,
        "aws:RequestTag/eks-cluster-name": cluster,
        "aws:RequestTag/kubernetes-namespace": pod.namespace,
        "aws:RequestTag/kubernetes-service-account": pod.serviceAccount,
      },
    },
  });
}

type ServiceAccount = Pick<WorkloadIdentity, "namespace" | "serviceAccount">;

/** What the identities of a stack have to do with. */
export interface Reach {
  readonly region: string;
  readonly bucketArn: string;
  /** Absent where an existing bucket has no key of its own. */
  readonly bucketKeyArn?: string;
  /** ARN of the stack's secrets, up to their names. */
  readonly secretsArn: string;
  readonly secretsKeyArn: string;
}

/**
 * What an identity may do; each access includes those below it: whoever deletes also writes, whoever writes also reads.
 * Machines are discovered in Azure only.
 */
export function accessPolicy(access: readonly CloudAccess[], reach: Reach): PolicyDocument {
  const deletes = access.includes("bucket-delete");
  const writes = deletes || access.includes("bucket-write");
  const reads = writes || access.includes("bucket-read");
  return policy(
    ...(reads ? bucketStatements(reach, { writes, deletes }) : []),
    ...(access.includes("secrets-read") ? secretStatements(reach) : []),
  );
}

/** @see https://thanos.io/tip/thanos/storage.md/#s3 for the actions; the last two are of uploads in parts */
function bucketStatements(
  reach: Reach,
  { writes, deletes }: { writes: boolean; deletes: boolean },
): Statement[] {
  const { bucketArn, bucketKeyArn } = reach;
  const objects = [
    "s3:GetObject",
    ...(writes ? ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"] : []),
    ...(deletes ? ["s3:DeleteObject"] : []),
  ];
  return [
    { Sid: "ListBucket", Effect: "Allow", Action: "s3:ListBucket", Resource: bucketArn },
    { Sid: "Objects", Effect: "Allow", Action: objects, Resource: `${bucketArn}/*` },
    ...(bucketKeyArn === undefined
      ? []
      : [useKey("BucketKey", bucketKeyArn, "s3", reach.region, writes ? ["kms:GenerateDataKey"] : [])]),
  ];
}

function secretStatements(reach: Reach): Statement[] {
  return [
    {
      Sid: "ReadSecrets",
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      // Secrets Manager adds six random characters to the name of each.
      Resource: `${reach.secretsArn}*`,
    },
    useKey("SecretsKey", reach.secretsKeyArn, "secretsmanager", reach.region, []),
  ];
}

/** A key, for decryption and more, through one service alone: nobody decrypts by himself with it. */
export function useKey(
  sid: string,
  key: string,
  service: "s3" | "secretsmanager",
  region: string,
  more: readonly string[],
): Statement {
  return {
    Sid: sid,
    Effect: "Allow",
    Action: ["kms:Decrypt", ...more],
    Resource: key,
    Condition: { StringEquals: { "kms:ViaService": `${service}.${region}.amazonaws.com` } },
  };
}
