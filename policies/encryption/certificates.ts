/** Certificates of cert-manager are renewed in time, whoever asks for them. */
import { durationDays } from "../facts/amounts.ts";
import { mapsOf } from "../facts/releaseMaps.ts";
import type { Fault, ResourcePolicy } from "../policy.ts";
import { releasePolicy } from "../releasePolicy.ts";
import { at, isMap, quoted } from "../resource.ts";

export const encryptionCertificate: ResourcePolicy = {
  id: "encryption-certificate",
  concern: "encryption",
  severity: "medium",
  description: "A certificate is renewed with a new key, well before it ends, at least once a year.",
  remedy:
    'Set privateKey.rotationPolicy to "Always", duration to a year or less, and renewBefore to a tenth of it or more',
  covers: [],
  types: ["kubernetes:cert-manager.io/v1:Certificate"],
  *check({ props }) {
    yield* certificateFaults(at(props, "spec"), "spec");
  },
};

export const encryptionReleaseCertificate = releasePolicy({
  id: "encryption-release-certificate",
  concern: "encryption",
  severity: "medium",
  description: "A certificate that a chart asks for is renewed with a new key, well before it ends.",
  remedy:
    'Set privateKey.rotationPolicy to "Always", duration to a year or less, and renewBefore to a tenth of it or more',
  covers: [],
  *look(release) {
    for (const { path, map } of mapsOf(release))
      if (isMap(map["issuerRef"]) && isMap(map["privateKey"])) yield* certificateFaults(map, path);
  },
});

/** What is wrong with what a Certificate asks for, wherever it is written. */
function* certificateFaults(spec: unknown, path: string): Iterable<Fault> {
  const rotation = at(spec, "privateKey", "rotationPolicy");
  // An authority with a new key is another authority: everybody who trusts it would have to hear of it first.
  if (rotation !== "Always" && at(spec, "isCA") !== true)
    yield { path: `${path}.privateKey.rotationPolicy`, problem: `${quoted(rotation)}, expected "Always"` };
  // cert-manager's own are RSA, and 2048 bits of it.
  const algorithm = at(spec, "privateKey", "algorithm") ?? "RSA";
  if (algorithm === "RSA" && Number(at(spec, "privateKey", "size") ?? 2_048) < 2_048)
    yield { path: `${path}.privateKey`, problem: "is an RSA key of less than 2048 bits" };
  const issuer = at(spec, "issuerRef", "name");
  if (issuer === undefined || issuer === "") yield { path: `${path}.issuerRef.name`, problem: "is not set" };
  const duration = durationDays(at(spec, "duration")) ?? 90;
  const renewed = durationDays(at(spec, "renewBefore"));
  const percentage = at(spec, "renewBeforePercentage");
  // An authority lives longer than what it signs.
  if (at(spec, "isCA") !== true && duration > 366)
    yield { path: `${path}.duration`, problem: `${quoted(at(spec, "duration"))}, expected a year at most` };
  else if (duration > 3_660)
    yield {
      path: `${path}.duration`,
      problem: `${quoted(at(spec, "duration"))}, expected ten years at most`,
    };
  if (renewed !== undefined && renewed < duration / 10)
    yield {
      path: `${path}.renewBefore`,
      problem: `${quoted(at(spec, "renewBefore"))}, less than a tenth of its life`,
    };
  if (typeof percentage === "number" && percentage < 10)
    yield {
      path: `${path}.renewBeforePercentage`,
      problem: `${quoted(percentage)}, less than a tenth of its life`,
    };
}
