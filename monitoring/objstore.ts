/**
 * Thanos' object store configuration. No static keys: workloads come with an identity of the cloud, or own a directory.
 *
 * @see https://thanos.io/tip/thanos/storage.md/
 */
import type { LongTerm } from "./model.ts";
import { toYaml } from "./yaml.ts";

/** Where the bucket is, by the kind of storage. */
export type ObjectStoreOptions =
  | { readonly kind: "filesystem"; /** Absolute path. */ readonly directory: string }
  | {
      readonly kind: "s3";
      readonly region: string;
      /** Key of SSE-KMS. Absent: SSE-S3. */
      readonly kmsKeyId?: string;
      /** @default the region's own: `s3.REGION.amazonaws.com` */
      readonly endpoint?: string;
    }
  | {
      readonly kind: "azure-blob";
      readonly storageAccount: string;
      /** Client id of a user-assigned managed identity. Absent: workload identity or the machine's own. */
      readonly userAssignedId?: string;
    };

/** Text of `objstore.yml`. @throws when the options are for another kind of storage than the bucket. */
export function renderObjectStore(bucket: LongTerm["bucket"], options: ObjectStoreOptions): string {
  switch (options.kind) {
    case "filesystem":
      // A bucket of any kind may live in a directory: the local platform stands in for the cloud's storage.
      return toYaml({ type: "FILESYSTEM", config: { directory: options.directory } });
    case "s3":
      expectKind(bucket, options.kind);
      return toYaml({
        type: "S3",
        config: {
          bucket: bucket.name,
          endpoint: options.endpoint ?? `s3.${options.region}.amazonaws.com`,
          region: options.region,
          aws_sdk_auth: true,
          sse_config:
            options.kmsKeyId === undefined
              ? { type: "SSE-S3" }
              : { type: "SSE-KMS", kms_key_id: options.kmsKeyId },
        },
      });
    case "azure-blob":
      expectKind(bucket, options.kind);
      return toYaml({
        type: "AZURE",
        config: {
          storage_account: options.storageAccount,
          container: bucket.name,
          ...(options.userAssignedId === undefined ? {} : { user_assigned_id: options.userAssignedId }),
        },
      });
  }
}

function expectKind(bucket: LongTerm["bucket"], kind: LongTerm["bucket"]["kind"]): void {
  if (bucket.kind !== kind)
    throw new Error(
      `longTerm.bucket "${bucket.name}" is of kind ${bucket.kind}, but its store is given as ${kind}; make them agree`,
    );
}
