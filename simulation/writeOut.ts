/** What a simulated stack would put on a cluster, as files for other tools: helm, kubeconform, policy checkers. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { objectsOf, releasesOf, resourcesOf } from "./exported.ts";

export interface Written {
  readonly releases: number;
  readonly manifests: number;
}

/**
 * Writes `state.json`, `helm/RELEASE.json` and `manifests/NAMESPACE-KIND-NAME.yaml`, in place of what an earlier run left there.
 * In the state the secrets are readable, so that policies can look at them: all of them are stand-ins, or were made for a stack
 * that is nowhere. In the other files they are masked. A release whose chart's hooks must not run has `"hooks": false` in its
 * file.
 * @param state as `pulumi stack export --show-secrets` gives it
 */
export function writeOut(folder: string, state: string): Written {
  const resources = resourcesOf(state);
  const releases = releasesOf(resources);
  const objects = objectsOf(resources);
  const [helm, manifests] = [join(folder, "helm"), join(folder, "manifests")];
  for (const part of [helm, manifests]) {
    rmSync(part, { recursive: true, force: true });
    mkdirSync(part, { recursive: true });
  }
  writeFileSync(join(folder, "state.json"), `${state.trimEnd()}\n`);
  for (const { release, ...rest } of releases)
    writeFileSync(join(helm, `${release}.json`), `${JSON.stringify(rest, undefined, 2)}\n`);
  for (const { file, object } of objects) writeFileSync(join(manifests, file), stringify(object));
  return { releases: releases.length, manifests: objects.length };
}
