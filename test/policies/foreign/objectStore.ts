/** What Thanos is told of its bucket; it runs in the stack of another team. */
import type { Given } from "../evaluation.ts";

export function objectStore(lines: readonly string[]): Given {
  return {
    type: "kubernetes:core/v1:Secret",
    name: "object-store",
    props: {
      metadata: { name: "thanos-objstore", namespace: "observability" },
      type: "Opaque",
      stringData: { "objstore.yml": `${lines.join("\n")}\n` },
    },
  };
}
