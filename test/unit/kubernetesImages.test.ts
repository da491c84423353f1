import assert from "node:assert/strict";
import { planKubernetes } from "../../monitoring/kubernetes.ts";
import { pinned, pullPolicy, reloaderImage, shaOf } from "../../monitoring/kubernetes/images.ts";
import { examples, greenlangOnEks } from "../rendered/clusterFacts.ts";
import { values } from "../rendered/stackParts.ts";

const { facts } = greenlangOnEks;
const sha = "a".repeat(64);
/** A pin for whatever image is asked for. */
const everything = new Proxy<Record<string, string>>({}, { get: () => `sha256:${sha}` });

/** Each value of an image's pull policy, by its path. */
function policies(value: unknown, path = ""): [path: string, policy: unknown][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "pullPolicy" || key === "imagePullPolicy"
      ? [[`${path}.${key}`, inner] as [string, unknown]]
      : policies(inner, `${path}.${key}`),
  );
}

describe("Images on a cluster", () => {
  it("are asked for at the registry by tag alone, and with a digest only by nodes that lack them", () => {
    const pins = { ...facts, imageDigests: { "quay.io/a/b": `sha256:${sha}` } };
    assert.equal(pullPolicy(pins, "quay.io/a/b"), "IfNotPresent");
    assert.equal(pullPolicy(pins, "quay.io/a/c"), "Always");
    assert.equal(pinned(pins, "quay.io/a/b", "v1"), `v1@sha256:${sha}`);
    assert.deepEqual([shaOf(pins, "quay.io/a/b"), shaOf(pins, "quay.io/a/c")], [sha, ""]);
  });

  for (const { name, system, facts: own } of examples)
    it(`of ${name} start without the registry once they are pinned`, () => {
      const { parts } = planKubernetes(system, { ...own, imageDigests: everything });
      const found = parts.flatMap((part) => policies(part, part.name));
      assert.ok(found.length > 10);
      const always = found.filter(([, policy]) => policy !== "IfNotPresent").map(([path]) => path);
      assert.deepEqual(always, []);
    });

  it("are of one version of Thanos and of the reloader, whoever starts them", () => {
    const { prometheusOperator } = values(greenlangOnEks) as {
      prometheusOperator: {
        thanosImage: { tag: string };
        prometheusConfigReloader: { image: { registry: string; repository: string; tag: string } };
      };
    };
    const { parts } = planKubernetes(greenlangOnEks.system, facts);
    const thanos = parts.find(({ name }) => name === "thanos")?.release?.values as {
      global: { image: { tag: string } };
      ruler: { extraContainers: { image: string }[] };
    };
    assert.equal(prometheusOperator.thanosImage.tag, thanos.global.image.tag);
    const { registry, repository, tag } = prometheusOperator.prometheusConfigReloader.image;
    assert.equal(tag, reloaderImage.tag);
    assert.deepEqual(
      thanos.ruler.extraContainers.map(({ image }) => image),
      [`${registry}/${repository}:${tag}`],
    );
  });
});
