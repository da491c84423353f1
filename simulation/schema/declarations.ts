/** What a pinned SDK declares: its resources, functions and provider, read from its `.d.ts` files when they are asked for. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { classSlice, enumValues, interfaceSlice, namespaceSlice, textOf } from "./slices.ts";
import { fieldsOf, type Fields, type Type } from "./types.ts";

export interface ResourceDeclaration {
  readonly token: string;
  readonly inputs: Fields;
  readonly outputs: Fields;
  /** Outputs that the SDK marks secret. */
  readonly secretOutputs: readonly string[];
  /** Whether other inputs than these are accepted as they are. @default false */
  readonly open?: true;
}

export interface FunctionDeclaration {
  readonly token: string;
  readonly inputs: Fields;
  readonly outputs: Fields;
}

/** The declarations of one package, `aws` for @pulumi/aws. */
export class Declarations {
  readonly name: string;
  /** Of the installed SDK. */
  readonly version: string;
  readonly #folder: string;
  readonly #resources = new Map<string, ResourceDeclaration | undefined>();
  readonly #functions = new Map<string, FunctionDeclaration | undefined>();
  readonly #references = new Map<string, Type | undefined>();

  /** @throws where the package is not installed */
  constructor(name: string) {
    this.name = name;
    const manifest = createRequire(import.meta.url).resolve(`@pulumi/${name}/package.json`);
    this.#folder = dirname(manifest);
    this.version = (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
  }

  /** A resource by its token, such as `azure-native:storage:StorageAccount`; undefined where the SDK has none. */
  resource(token: string): ResourceDeclaration | undefined {
    return remembered(this.#resources, token, () => this.#readResource(token));
  }

  /** A function by its token, such as `aws:eks/getCluster:getCluster`; undefined where the SDK has none. */
  function(token: string): FunctionDeclaration | undefined {
    return remembered(this.#functions, token, () => this.#readFunction(token));
  }

  /** The arguments of the package's explicit provider. */
  provider(): Fields {
    const text = textOf(join(this.#folder, "provider.d.ts")) ?? "";
    return fieldsOf(interfaceSlice(text, "ProviderArgs", 0) ?? "interface ProviderArgs {}");
  }

  /**
   * The interface (as an object) or enum (as a union of literals) that a reference names.
   * @throws where the declarations have no such name, which would be a fault of this reading
   */
  resolve(reference: string): Type {
    const type = remembered(this.#references, reference, () => this.#readReference(reference));
    if (type === undefined) throw new Error(`@pulumi/${this.name} declares no ${reference}`);
    return type;
  }

  #readResource(token: string): ResourceDeclaration | undefined {
    const name = token.split(":")[2] ?? "";
    const file = this.#fileOf(token, name);
    if (file === undefined) return undefined;
    const [text, script] = [textOf(`${file}.d.ts`) ?? "", textOf(`${file}.js`) ?? ""];
    if (!script.includes(`__pulumiType = '${token}'`)) return undefined;
    const declared = interfaceSlice(text, `${name}Args`, 0);
    return {
      token,
      inputs: declared === undefined ? {} : fieldsOf(declared),
      outputs: withoutMethods(fieldsOf(classSlice(text, name) ?? `declare class ${name} {}`)),
      secretOutputs: secretOutputsOf(script),
    };
  }

  #readFunction(token: string): FunctionDeclaration | undefined {
    const name = token.split(":")[2] ?? "";
    const file = this.#fileOf(token, name);
    if (file === undefined) return undefined;
    const text = textOf(`${file}.d.ts`) ?? "";
    if (textOf(`${file}.js`)?.includes(`"${token}"`) !== true) return undefined;
    const capital = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    const [inputs, outputs] = [`${capital}Args`, `${capital}Result`].map((interfaceName) =>
      interfaceSlice(text, interfaceName, 0),
    );
    return {
      token,
      inputs: inputs === undefined ? {} : fieldsOf(inputs),
      outputs: outputs === undefined ? {} : fieldsOf(outputs),
    };
  }

  /** The file, without extension, from which the index of the token's module exports the name. */
  #fileOf(token: string, name: string): string | undefined {
    if (!/^\w+$/.test(name)) return undefined;
    const marker = `export declare const ${name}: typeof import("./`;
    for (const folder of foldersOf(token)) {
      const index = textOf(join(this.#folder, folder, "index.d.ts")) ?? "";
      const start = index.indexOf(marker);
      if (start === -1) continue;
      const from = start + marker.length;
      return join(this.#folder, folder, index.slice(from, index.indexOf('"', from)));
    }
    return undefined;
  }

  #readReference(reference: string): Type | undefined {
    const [origin, ...names] = reference.split(".");
    const namespaces = names.slice(0, -1);
    const name = names.at(-1) ?? "";
    if (origin === "enums") return this.#readEnum(namespaces, name);
    const file = join(this.#folder, "types", origin === "inputs" ? "input.d.ts" : "output.d.ts");
    const slice = namespaceSlice(textOf(file) ?? "", namespaces);
    const declared = slice === undefined ? undefined : interfaceSlice(slice, name, namespaces.length);
    return declared === undefined ? undefined : { kind: "object", fields: fieldsOf(declared) };
  }

  #readEnum(namespaces: readonly string[], name: string): Type | undefined {
    const text = textOf(join(this.#folder, "types", "enums", ...namespaces, "index.d.ts"));
    const values = text === undefined ? undefined : enumValues(text, name);
    return values && { kind: "union", members: values.map((value) => ({ kind: "literal", value })) };
  }
}

/**
 * The folders in which a token's module can lie: `s3/bucket` is in s3, `index/randomPassword` in the root,
 * `rbac.authorization.k8s.io/v1` in rbac/v1.
 */
function foldersOf(token: string): string[] {
  const module = token.split(":")[1] ?? "";
  const [group = "", version] = module.split("/");
  const short = group.split(".")[0] ?? "";
  return [...(version === undefined ? [] : [join(short, version)]), ...(group === "index" ? ["."] : [group])];
}

function withoutMethods(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith("_")));
}

function secretOutputsOf(script: string): string[] {
  const list = /additionalSecretOutputs: (\[[^\]]*\])/.exec(script)?.[1];
  return list === undefined ? [] : (JSON.parse(list) as string[]);
}

function remembered<T>(known: Map<string, T | undefined>, key: string, read: () => T | undefined) {
  if (!known.has(key)) known.set(key, read());
  return known.get(key);
}
