import assert from "node:assert/strict";
import { withoutVersionedTypes } from "../../components/azure/ownTypes.ts";

describe("Types of Azure", () => {
  const keeps = (aliases: readonly (string | { type: string })[]): unknown => {
    const args = { props: {}, opts: { aliases }, type: "t", name: "n", resource: {} };
    return withoutVersionedTypes(args as unknown as Parameters<typeof withoutVersionedTypes>[0])?.opts
      .aliases;
  };

  it("are not looked for under API versions that the program never used", () => {
    assert.deepEqual(
      keeps([
        { type: "azure-native:storage/v20240101:StorageAccount" },
        { type: "azure-native:containerservice/v20250202preview:ManagedCluster" },
      ]),
      [],
    );
  });

  it("are still found where they were before a move, and under a name that a person gave", () => {
    const moved = [{ type: "azure-native:web:Certificate" }, "urn:pulumi:prod::vigil::t::n"];
    assert.deepEqual(keeps(moved), moved);
  });
});
