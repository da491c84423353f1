/** What a container's folders lie on. */
import { posix } from "node:path";
import { at, isMap, listAt, type Properties } from "../resource.ts";
import type { Container } from "./podTemplates.ts";

export interface MountedVolume {
  /** In the resource's properties: `spec.template.spec.volumes[0]`. */
  readonly path: string;
  /** Whether each pod has a claim of its own for it. */
  readonly isClaimTemplate: boolean;
  readonly volume: Properties;
}

/** The volume that holds a file or folder of the container; undefined where it is the container's own. */
export function volumeAt({ pod, container }: Container, place: string): MountedVolume | undefined {
  const [mount] = listAt(container, "volumeMounts")
    .map((each) => ({ name: at(each, "name"), folder: folderOf(at(each, "mountPath")) }))
    .filter(({ folder }) => `${place}/`.startsWith(folder))
    .toSorted((one, other) => other.folder.length - one.folder.length);
  if (mount === undefined) return undefined;
  // A claim template counts before a volume of its name.
  const templates = listAt(pod.resource.props, "spec", "volumeClaimTemplates");
  const template = templates.findIndex((each) => at(each, "metadata", "name") === mount.name);
  const volumes = listAt(pod.spec, "volumes");
  const index = volumes.findIndex((each) => at(each, "name") === mount.name);
  const volume = templates[template] ?? volumes[index];
  if (!isMap(volume)) return undefined;
  return templates[template] === undefined
    ? { path: `${pod.path}.volumes[${String(index)}]`, isClaimTemplate: false, volume }
    : { path: `spec.volumeClaimTemplates[${String(template)}]`, isClaimTemplate: true, volume };
}

/** With one slash at its end. */
function folderOf(mountPath: unknown): string {
  return posix.join("/", String(mountPath), "/");
}

/** Whether it is gone with the pod; one that does not say what it is is an emptyDir. */
export function goesWithPod({ isClaimTemplate, volume }: MountedVolume): boolean {
  const sources = Object.keys(volume).filter((key) => isMap(volume[key]));
  return !isClaimTemplate && sources.every((source) => ["emptyDir", "ephemeral"].includes(source));
}
