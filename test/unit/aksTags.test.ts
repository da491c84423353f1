import assert from "node:assert/strict";
import { stackTags } from "../../components/azure/stackTags.ts";
import type * as pulumi from "../../components/pulumi.ts";

type Arguments = Parameters<pulumi.ResourceTransformation>[0];

describe("Tags of what a stack has in Azure", () => {
  const tagged = async (type: string, props: pulumi.Inputs): Promise<unknown> => {
    const changed = stackTags("prod")({ type, props, opts: {} } as unknown as Arguments);
    const tags = changed?.props["tags"] as pulumi.Output<unknown> | undefined;
    return tags && (await new Promise((resolve) => tags.apply(resolve)));
  };
  const own = { "vigil-stack": "prod", "managed-by": "pulumi" };

  it("are those of the stack where there are no others", async () => {
    assert.deepEqual(await tagged("azure-native:keyvault:Vault", { tags: undefined }), own);
  });

  it("stand beside those of the resource", async () => {
    assert.deepEqual(
      await tagged("azure-native:compute:VirtualMachine", {
        tags: { "vigil-role": "node", "vigil-stack": "another" },
      }),
      { "vigil-role": "node", ...own },
    );
  });

  it("are given to nothing that cannot have any, and to no other provider's", async () => {
    assert.equal(await tagged("azure-native:storage:BlobContainer", { containerName: "blocks" }), undefined);
    assert.equal(await tagged("random:index/randomBytes:RandomBytes", { tags: undefined }), undefined);
  });

  it("make no command run again, and no secret another version", async () => {
    const command = "azure-native:compute:VirtualMachineRunCommandByVirtualMachine";
    assert.equal(await tagged(command, { tags: undefined }), undefined);
    assert.equal(await tagged("azure-native:keyvault:Secret", { tags: undefined }), undefined);
  });
});
