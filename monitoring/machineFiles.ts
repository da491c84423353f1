/** Every file of a service on its machine: what the plan says, and the certificates and secrets that those name. */
import { hostPaths } from "./hostPaths.ts";
import type { Directories, PlanFile, Service } from "./hosts.ts";

/**
 * With placeholders as in {@link PlanFile.content}, and `{{tls:FILE}}` for PEM text. Secrets and certificates are written
 * before what names them.
 * @throws when a file of the plan does not lie below the service's root.
 */
export function machineFiles(service: Service, directories: Directories): PlanFile[] {
  const { root, certificates, secrets } = hostPaths(directories);
  const { separator } = directories;
  for (const { path } of service.files)
    if (!path.startsWith(`${root}${separator}`))
      throw new Error(
        `plan: ${service.name} has the file ${path}, expected one below ${root}; move it there`,
      );
  const texts = [
    ...service.arguments,
    ...Object.values(service.environment ?? {}),
    ...service.files.map(({ content }) => content),
  ].map(plain);
  return [
    // Whoever asks whether the service is well trusts the authority, too.
    ...[...new Set(["ca.crt", ...namesBelow(certificates, texts)])].map((name) => ({
      path: `${certificates}${separator}${name}`,
      content: certificateContent(name),
      onChange: service.onCertificates,
    })),
    ...namesBelow(secrets, texts).map((name) => ({
      path: `${secrets}${separator}${name}`,
      content: `{{secret:${name}}}`,
      // Password files are read at each request.
      onChange: "watched" as const,
    })),
    ...service.files,
  ];
}

/** Names of the values that texts ask for, sorted. */
export function valuesIn(texts: readonly string[]): string[] {
  const found = texts.flatMap((text) =>
    [...text.matchAll(/\{\{((?:secret|bcrypt|basic|sha256|tls):[\w.-]+)\}\}/g)].map(([, name]) => name ?? ""),
  );
  return [...new Set(found)].sort();
}

/** HAProxy reads certificate and key from one file. */
function certificateContent(name: string): string {
  const pem = /^(.*)\.pem$/.exec(name);
  return pem === null ? `{{tls:${name}}}` : `{{tls:${pem[1] ?? ""}.crt}}\n{{tls:${pem[1] ?? ""}.key}}`;
}

function namesBelow(folder: string, texts: readonly string[]): string[] {
  const names = texts.flatMap((text) =>
    text
      .split(`${plain(folder)}/`)
      .slice(1)
      .map((rest) => /^[\w-]+(?:\.[\w-]+)*/.exec(rest)?.[0] ?? ""),
  );
  return [...new Set(names)].filter((name) => name !== "").sort();
}

/** A path may be written with slashes, with backslashes, or with these escaped. */
function plain(text: string): string {
  return text.replaceAll(/[\\/]+/g, "/");
}
