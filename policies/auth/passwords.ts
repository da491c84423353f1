/** Passwords and tokens in the clear, wherever programs are told them: values, files of a ConfigMap, objects, scripts. */
import { grafanasOf } from "../facts/grafana.ts";
import { proxiesOf } from "../facts/oauth2Proxies.ts";
import { operatedTypes } from "../facts/operated.ts";
import { processTypes } from "../facts/processes.ts";
import { releaseTypes } from "../facts/releases.ts";
import { scriptsOf, scriptTypes } from "../facts/scripts.ts";
import { settingLines } from "../facts/settingLines.ts";
import { textsOf, type Text } from "../facts/texts.ts";
import type { ResourcePolicy } from "../policy.ts";
import { isMap, isUnknown, known, type Resource } from "../resource.ts";
import { parsedJson } from "../text.ts";
import { authPodSecrets } from "./podSecrets.ts";
import { isSecret, keyOf, mayHold, shapesIn, silent } from "./writtenSecrets.ts";

export const authPlainPassword: ResourcePolicy = {
  id: "auth-plain-password",
  concern: "auth",
  severity: "high",
  description:
    "No password, no token and no webhook's address with a token in it is written into a release's values, a ConfigMap, a custom resource, a container or a script.",
  remedy:
    "Name a file (password_file, credentials_file, api_url_file, $__file{…}) or a Secret's key instead, and change what was written: it has been in the state",
  covers: [],
  // Not Secrets: to hold a password is what they are for.
  types: [
    ...releaseTypes,
    ...processTypes,
    ...operatedTypes,
    "kubernetes:core/v1:ConfigMap",
    "kubernetes:monitoring.coreos.com/v1alpha1:AlertmanagerConfig",
    "kubernetes:grafana.integreatly.org/v1beta1:Grafana",
    "kubernetes:grafana.integreatly.org/v1beta1:GrafanaContactPoint",
    "kubernetes:grafana.integreatly.org/v1beta1:GrafanaDatasource",
  ],
  *check(resource) {
    const found = programTexts(resource).map(secretsIn).filter(isFound);
    if (found.length === 0) return;
    const isTold = toldElsewhere(resource);
    for (const { path, places, shaped } of found) {
      if (isTold(path)) continue;
      const named = places.filter((place) => !isTold(place)).map(keyOf);
      for (const what of new Set([...named, ...shaped]))
        yield { path, problem: `holds ${what} in the clear` };
    }
  },
};

interface Found {
  readonly path: string;
  /** Of settings. */
  readonly places: readonly string[];
  /** What has no name, and is told by its shape. */
  readonly shaped: readonly string[];
}

function secretsIn({ path, text, label }: Text): Found {
  if (silent.test(path)) return { path, places: [], shaped: [] };
  const own = { place: path.replace(/[^.]*$/, () => label), value: text };
  if (isSecret(own)) return { path, places: [own.place], shaped: [] };
  const places = [...settingLines(text)].filter(isSecret).map(({ place }) => place);
  return { path, places, shaped: shapesIn(text) };
}

function isFound({ places, shaped }: Found): boolean {
  return places.length + shaped.length > 0;
}

/** What a resource's programs read. A release's repository and a connection have passwords that no program of it is told. */
function programTexts(resource: Resource): readonly Text[] {
  if (scriptTypes.includes(resource.type))
    return scriptsOf(resource).map((script) => ({ ...script, label: "" }));
  const isRelease = (releaseTypes as readonly string[]).includes(resource.type);
  return textsOf(resource)
    .filter(({ path }) => !isRelease || path.startsWith("values"))
    .filter(({ path, text, label }) => mayHold.test(text) || mayHold.test(`${path} ${label}`))
    .flatMap((text) => inJson(text) ?? [text]);
}

/** JSON as its own texts: it may be one line, whose columns say nothing. */
function inJson({ path, text }: Text): readonly Text[] | undefined {
  const props = text.trimStart().startsWith("{") ? parsedJson(text) : undefined;
  return isMap(props)
    ? textsOf({ type: "", urn: "", name: "", protect: false, props }).map((inner) => ({
        ...inner,
        path: `${path}.${inner.path}`,
      }))
    : undefined;
}

/** Whether another policy tells of a path or a setting already. */
function toldElsewhere(resource: Resource): (place: string) => boolean {
  const ofPods = toldOfPods(resource);
  const own = [
    known(() => grafanasOf(resource).length > 0, true) && grafanas,
    known(() => proxiesOf(resource).length > 0, true) && proxies,
  ].filter((names) => names !== false);
  return (place) =>
    ofPods.some((path) => place === path || place.startsWith(`${path}.`)) ||
    own.some((names) => names.test(place));
}

const grafanas =
  /(?:^values\.(?:grafana\.)?adminPassword|\bsecurity\.(?:admin_password|secret_key)|\bauth\.\w+\.client_secret|\bGF_SECURITY_(?:ADMIN_PASSWORD|SECRET_KEY)|\bGF_AUTH_\w+_CLIENT_SECRET)$/;

const proxies = /(?:client|cookie)[_-]?secret$/i;

function toldOfPods(resource: Resource): readonly string[] {
  const told: string[] = [];
  try {
    for (const { path } of authPodSecrets.check(resource, {})) told.push(path);
  } catch (error) {
    // What is known has been told before.
    if (!isUnknown(error)) throw error;
  }
  return told;
}
