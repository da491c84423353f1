/** Every file of a service on its machine: what the plan says, and the certificates and secrets that those name. */
import { hostPaths } from "../hostPaths.ts";
import type { Directories, PlanFile, Service } from "../hosts.ts";

export interface ServiceFile {
  /** Below the service's root. */
  readonly path: string;
  /** With placeholders as in {@link PlanFile.content}, and `{{tls:FILE}}` for PEM text. */
  readonly content: string;
  readonly onChange: PlanFile["onChange"];
}

/** @throws when a file of the plan does not lie below the service's root. */
export function serviceFiles(service: Service, directories: Directories): ServiceFile[] {
  const { root, certificates, secrets } = hostPaths(directories);
  const texts = [...service.arguments, ...service.files.map(({ content }) => content)];
  const below = ({ path, content, onChange }: PlanFile): ServiceFile => {
    if (!path.startsWith(`${root}/`))
      throw new Error(
        `plan: ${service.name} has the file ${path}, expected one below ${root}; move it there`,
      );
    return { path: path.slice(root.length + 1), content, onChange };
  };
  return [
    // Whoever asks whether the service is well trusts the authority, too.
    ...[...new Set(["ca.crt", ...namesBelow(certificates, texts)])].map((name) => ({
      path: `tls/${name}`,
      content: certificateContent(name),
      onChange: service.onCertificates,
    })),
    ...namesBelow(secrets, texts).map((name) => ({
      path: `secrets/${name}`,
      content: `{{secret:${name}}}`,
      // Password files are read at each request.
      onChange: "watched" as const,
    })),
    ...service.files.map(below),
  ];
}

/** HAProxy reads certificate and key from one file. */
function certificateContent(name: string): string {
  const pem = /^(.*)\.pem$/.exec(name);
  return pem === null ? `{{tls:${name}}}` : `{{tls:${pem[1] ?? ""}.crt}}\n{{tls:${pem[1] ?? ""}.key}}`;
}

function namesBelow(folder: string, texts: readonly string[]): string[] {
  const names = texts.flatMap((text) =>
    text
      .split(`${folder}/`)
      .slice(1)
      .map((rest) => /^[\w-]+(?:\.[\w-]+)*/.exec(rest)?.[0] ?? ""),
  );
  return [...new Set(names)].filter((name) => name !== "").sort();
}
