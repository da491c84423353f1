/** What looks like a secret that was written down: by the name beside it, or by its shape. */
import { isReference } from "../facts/settings.ts";
import type { SettingLine } from "../facts/settingLines.ts";
import { keysIn } from "./keys.ts";

/** Descriptions, rules for passwords, names of Secrets' keys, and a Secret among a chart's objects. */
export const silent =
  /^metadata\.|(?:^|\.)(?:\w*(?:annotations|labels|polic(?:y|ies))|stringData|\w*(?:Keys|Ref|From)|existingSecret|externalSecrets?)(?:\.|\[|$)/i;

/** A word of what every name and shape below has: most texts have none, and need no closer look. */
export const mayHold =
  /passw|passphrase|[_-](?:pass|pwd)|pwd=|secret|token|credential|[a-z][_-]?key|\bkey=|sig=|authorization|secure(?:json|settings)|httpheadervalue|hook|integration|discord|telegram|nosnch|hc-ping|:\/\/[^\s/"']*@|\bcurl\b|\bnet1?(?:\.exe)?[ \t]+user/i;

/** Places of settings that are the secret itself: neither where it lies, nor how it is treated. */
const names: readonly RegExp[] = [
  /(?:password|passwd|passphrase|[_-](?:pass|pwd))$/i,
  /(?:bearer|auth|access|refresh|api|app|bot|slack|source|admin)[_-]?token$/i,
  /(?:client|application|credential|cookie|shared|consumer)[_-]?secret$/i,
  /(?:^|[._])(?:auth|api)_secret$/,
  /(?:api[_-]?key|integration[_-]?key|service_key|secret_key)$/i,
  /(?:^|\.)(?:pagerduty|pushover)_configs(?:\[\d+\])?\.(?:routing_key|user_key|token)$/,
  /(?:^|\.)authorization\.credentials$/,
  // All that Grafana encrypts, but for certificates and names, which are no secrets.
  /(?:^|\.)(?:secureJsonData|secureSettings)\.(?!tls\w*Cert$|user|httpHeader)[\w-]+$/i,
];

/** What is a secret only where it looks like one: a header may also say whose tenant it is. */
const mixed = /(?:^|\.)(?:token|authorization|httpHeaderValue\d+)$/i;

export function isSecret({ place, value }: SettingLine): boolean {
  if (silent.test(place) || keysIn(`${keyOf(place)}: ${value}`).size > 0) return false;
  const bare = value.replace(/^(?:basic|bearer) +/i, "");
  return (
    (isWritten(value) && names.some((name) => name.test(place))) ||
    (isWritten(bare) && isRandom(bare) && mixed.test(place))
  );
}

export function keyOf(place: string): string {
  return place.replace(/^.*\./, "");
}

/** What stands for a secret, or says how it is treated. */
const standIns: readonly RegExp[] = [
  // Nothing; prose; a hash, a variable, a template, a tag or an alias of YAML, an argument of a program.
  /^$|\s|^(?:[$<{*&|>-]|!\w|%\w|\(|@\w+@)|\$[{(]|\{\{|<[\w -]+>/,
  // A line of /etc/passwd or of a file of hashes.
  /^[\w.@-]+:(?:x?:|[${])/,
  // A file, an address, and a place in a store of secrets.
  /^(?:(?:file:\/\/)?\/[\w.-]+\/|https?:\/\/)|^[A-Za-z]:[\\/]|^(?:vault|secret|ref\+\w+|op|env|arn):|^(?:ENC\[|SCRAM-|-----BEGIN)/,
  /x{3}|\*{3}|\.{3}|…|^(?:your|replace)[_-]/i,
  /^(?:true|false|yes|no|on|off|null|~|none|enabled?|disabled?|required?|optional|strict|weak|include|omit|same-origin|basic|bearer|plain|hidden|prompt|redacted|files|compat|\d{1,3})$/i,
];

function isWritten(value: string): boolean {
  return !isReference(value) && !standIns.some((standIn) => standIn.test(value));
}

/** Whether nobody would call anything by it. */
function isRandom(value: string): boolean {
  return value.length >= 16 && /\d/.test(value) && /[a-z]/i.test(value);
}

/** Secrets without a name; the group is the secret. Lengths have an end, so that a long line takes no long time. */
const shapes: readonly { readonly what: string; readonly shape: RegExp; readonly random?: true }[] = [
  {
    what: "the address of a webhook",
    shape:
      /\bhttps:\/\/(?:hooks\.slack\.com\/(?:services|workflows|triggers)\/|(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/|api\.telegram\.org\/bot|nosnch\.in\/|hc-ping\.com\/)([^\s"'`<>,\\]+)/gi,
  },
  {
    // Teams, PagerDuty, VictorOps, Mattermost, Webex: a long word after one that says what it is.
    what: "the address of a webhook",
    shape:
      /\bhttps?:\/\/[^\s"'`<>?]{0,200}?(?:hooks?|webhookb?2?|integrations?)(?:\.[\w.-]+)?\/(?:[^\s"'`<>/?]{1,99}\/){0,6}([\w-]{16,})/gi,
    random: true,
  },
  {
    what: "an address with a token",
    shape:
      /\bhttps?:\/\/[^\s"'`<>?]{1,200}\?[^\s"'`<>]{0,500}?\b(?:\w*token|api_?key|key|secret|sig)=([\w%.~+/-]{16,})/gi,
    random: true,
  },
  {
    what: "a password in an address",
    shape: /:\/\/[^\s/:@"'`]*:([^\s/@"'`()[\]|\\]+)@(?!sha256:)/gi,
  },
  {
    what: "a password of a connection",
    shape: /=[^\s;,"'`=]*[;, ](?:password|pwd)=([^\s;,"'`)]+)/gi,
  },
  {
    what: "an authorization",
    shape: /\bauthorization["']?[ \t]*[ \t:=][ \t]*["']?(?:basic|bearer)[ \t]+((?=\S*\d)[\w+/=.~-]{8,})/gi,
  },
  {
    what: "a password of curl's",
    shape:
      /\bcurl\b(?:[^\n|;&]|\\\n){0,500}?[ \t](?:-[a-z]*u|--(?:proxy-)?user)[ \t=]*["']?[^\s:"'$]*:([^\s"']+)/gi,
  },
  {
    what: "a password of net user",
    shape: /\bnet1?(?:\.exe)?[ \t]+user[ \t]+(?:"[^"\n]+"|'[^'\n]+'|[^\s"'/]+)[ \t]+["']?([^\s"'/*]+)/gi,
  },
  {
    what: "a password",
    shape:
      /(?:(?<![\w-])--?(?!-|show|ask|no-|with|require)[\w-]*passw(?:or)?d[ =]["']?|ConvertTo-SecureString[ \t]+(?:-String[ \t]+)?["'])([^\s"'=]+)/gi,
  },
];

export function shapesIn(text: string): readonly string[] {
  const spoken = text.replaceAll(/^[ \t]*(?:#|\/\/|REM[ \t]).*$/gim, "");
  return shapes
    .filter(({ shape, random = false }) =>
      [...spoken.matchAll(shape)].some(
        ([whole, secret = ""]) =>
          isWritten(secret) && (!random || isRandom(secret)) && keysIn(whole).size === 0,
      ),
    )
    .map(({ what }) => what);
}
