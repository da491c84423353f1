/** What a provider does for a resource, without the wire: check, compare, create, read, update, delete, call. */
import type { Cloud, Existing, Requested } from "./cloud.ts";
import { isAutonamed } from "./clouds/kubernetes.ts";
import { differences, type Difference } from "./difference.ts";
import { RequestedFailure, type Failures } from "./failures.ts";
import { isDefaulted } from "./naming.ts";
import { outputsOf, resultOf } from "./outputs.ts";
import { isUnknown, plain, textAt, type Properties } from "./propertyValues.ts";
import type { Declarations, ResourceDeclaration } from "./schema/declarations.ts";
import { mismatchesOf, type Mismatch, type Resolve } from "./schema/validate.ts";
import type { World } from "./world.ts";

/** The region where a provider names none. */
export const defaultRegion: Readonly<Record<string, string>> = { aws: "us-east-1", "azure-native": "eastus" };

export interface Identity {
  readonly urn: string;
  readonly region: string;
}

/** A resource that was made but did not become ready: the engine keeps it, and the next run goes on from there. */
export class NotReady extends Error {
  readonly id: string;
  readonly properties: Properties;

  constructor(message: string, id: string, properties: Properties) {
    super(message);
    this.id = id;
    this.properties = properties;
  }
}

export class Provider {
  readonly cloud: Cloud;
  readonly declarations: Declarations;
  readonly #world: World;
  readonly #failures: Failures;
  readonly #resolve: Resolve;

  constructor(cloud: Cloud, declarations: Declarations, world: World, failures: Failures) {
    this.cloud = cloud;
    this.declarations = declarations;
    this.#world = world;
    this.#failures = failures;
    this.#resolve = (reference) => declarations.resolve(reference);
  }

  /** The provider's own arguments; those that are no text arrive as JSON. */
  checkConfig(inputs: Properties): Mismatch[] {
    const fields = this.declarations.provider();
    const values = Object.entries(inputs)
      .filter(([key]) => key !== "version" && key !== "pluginDownloadURL")
      .map(([key, value]) => [key, fields[key]?.type.kind === "string" ? value : fromJson(value)]);
    return mismatchesOf(Object.fromEntries(values), fields, this.#resolve);
  }

  check(
    { urn, region }: Identity,
    before: Properties | undefined,
    inputs: Properties,
  ): { inputs: Properties; mismatches: Mismatch[] } {
    const token = tokenOf(urn);
    const declaration = this.#declarationOf(token);
    if (declaration === undefined) {
      const reason = `there is no resource ${token} in @pulumi/${this.cloud.package} ${this.declarations.version}`;
      return { inputs, mismatches: [{ path: "", reason }] };
    }
    const asked = requested(urn, region, inputs, declaration);
    const complete = this.cloud.complete(asked, before);
    const mismatches = [
      ...mismatchesOf(declared(complete, declaration), declaration.inputs, this.#resolve),
      ...(this.cloud.faults?.({ ...asked, inputs: complete }) ?? []),
    ];
    return { inputs: complete, mismatches };
  }

  diff(identity: Identity, before: Properties, after: Properties): ResourceDifference {
    const asked = this.#requested(identity, after);
    const changes = differences(before, after);
    const replacing = new Set(
      changes.filter(({ path }) => this.cloud.replaces(asked, path)).map(({ path }) => path),
    );
    return { changes, replacing, deleteFirst: replacing.size > 0 && !this.#mayStandBeside(asked, before) };
  }

  create(identity: Identity, inputs: Properties, preview: boolean): { id: string; properties: Properties } {
    const asked = this.#requested(identity, inputs);
    if (preview) return { id: "", properties: this.#outputs(asked, "", true) };
    const { token, name, urn } = asked;
    this.cloud.admit?.(asked, this.#world);
    const id = this.cloud.identify(asked, this.#world.drawFor(urn));
    if (this.#world.has(token, id)) throw new Error(`AlreadyExists: ${token} "${id}" already exists`);
    const properties = this.#outputs(asked, id, false);
    const facts = this.cloud.facts?.(asked);
    const thing = { token, id, urn, ...(facts && { facts }) };
    this.#attempt({ ...asked, id }, "create", {
      act: () => {
        this.#failures.onCreate(token, name);
      },
      left: () => {
        this.#world.add(thing);
        return { id, properties };
      },
    });
    this.#world.add(thing);
    return { id, properties };
  }

  /** What is there; undefined where it is gone. What the simulation has not made is taken to have been there before. */
  read(
    identity: Identity,
    id: string,
    properties: Properties,
    inputs: Properties,
  ): { properties: Properties; inputs: Properties } | undefined {
    const token = tokenOf(identity.urn);
    const isManaged = Object.keys(inputs).length > 0 || Object.keys(properties).length > 0;
    if (isManaged) {
      const thing = this.#world.find(token, id);
      if (thing === undefined) return undefined;
      return { properties: { ...properties, ...thing.byHand }, inputs: { ...inputs, ...thing.byHand } };
    }
    const asked = this.#requested(identity, {});
    this.#world.add({ token, id, urn: identity.urn, external: true });
    return {
      properties: this.#outputs({ ...asked, name: id.split(/[/:]/).at(-1) ?? id }, id, false),
      inputs: {},
    };
  }

  update(identity: Identity, id: string, inputs: Properties, preview: boolean): Properties {
    const asked = this.#requested(identity, inputs);
    const properties = this.#outputs(asked, id, false);
    if (preview) return properties;
    if (!this.#world.has(asked.token, id))
      throw new Error(`NotFound: ${asked.token} "${id}" is not there any more`);
    this.#attempt({ ...asked, id }, "update", {
      act: () => {
        this.#failures.onUpdate(asked.token, asked.name);
      },
      left: () => ({ id, properties }),
    });
    return properties;
  }

  delete({ urn }: Identity, id: string): void {
    this.#failures.onDelete(tokenOf(urn), nameOf(urn));
    this.#world.remove(tokenOf(urn), id);
  }

  /** @throws for a function that is not simulated, or with everything that is wrong with its arguments */
  invoke(token: string, given: Properties, region: string): Properties {
    const declaration = this.declarations.function(token);
    const known = this.cloud.functions[token];
    if (declaration === undefined)
      throw new Error(
        `there is no function ${token} in @pulumi/${this.cloud.package} ${this.declarations.version}`,
      );
    const mismatches = mismatchesOf(given, declaration.inputs, this.#resolve);
    if (mismatches.length > 0)
      throw new Error(mismatches.map(({ path, reason }) => `${token}: ${path} ${reason}`).join("; "));
    if (known === undefined)
      throw new Error(
        `${token} is not simulated; the simulation answers ${Object.keys(this.cloud.functions).join(", ") || "no function"} of this package`,
      );
    this.#failures.onCall(token);
    const result = known({ arguments: given, region, world: this.#world });
    return resultOf(declaration.outputs, { ...result }, `${token}${JSON.stringify(given)}`, this.#resolve);
  }

  /** Waiting that fails, and a script that does, leave the object there; any other failure leaves nothing. */
  #attempt(
    resource: Existing,
    operation: "create" | "update",
    { act, left }: { act: () => void; left: () => { id: string; properties: Properties } },
  ): void {
    try {
      act();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const partly =
        error instanceof RequestedFailure ? this.cloud.partly?.(resource, message, operation) : undefined;
      if (partly === "unnoticed") return;
      if (partly === undefined && !/timed out|not ready/i.test(message))
        throw this.cloud.words ? new Error(this.cloud.words(resource, message)) : error;
      const { id, properties } = left();
      throw new NotReady(partly?.message ?? message, id, properties);
    }
  }

  #outputs(asked: Requested, id: string, preview: boolean): Properties {
    return outputsOf(this.cloud, { ...asked, id }, this.#resolve, preview);
  }

  /** Whether a replacement can be made before the old one goes: not under the same name. */
  #mayStandBeside(after: Requested, before: Properties): boolean {
    if (this.cloud.package === "kubernetes" && isAutonamed(after.inputs)) return true;
    const places = [before, after.inputs].map((inputs) => {
      if (Object.keys(inputs).some((key) => isDefaulted(inputs, key))) return Symbol("drawn");
      return this.cloud.identify({ ...after, inputs }, textAt(inputs, "name") ?? JSON.stringify(inputs));
    });
    return places[0] !== places[1];
  }

  #requested({ urn, region }: Identity, inputs: Properties): Requested {
    const declaration = this.#declarationOf(tokenOf(urn));
    if (declaration === undefined)
      throw new Error(`there is no resource ${tokenOf(urn)} in @pulumi/${this.cloud.package}`);
    return requested(urn, region, inputs, declaration);
  }

  #declarationOf(token: string): ResourceDeclaration | undefined {
    return this.declarations.resource(token) ?? this.cloud.undeclared?.(token);
  }
}

export interface ResourceDifference {
  readonly changes: readonly Difference[];
  readonly replacing: ReadonlySet<string>;
  readonly deleteFirst: boolean;
}

function requested(
  urn: string,
  region: string,
  inputs: Properties,
  declaration: ResourceDeclaration,
): Requested {
  const token = tokenOf(urn);
  return { urn, token, kind: token.split(":")[2] ?? "", name: nameOf(urn), inputs, declaration, region };
}

/** The inputs that a declaration says something about. */
function declared(inputs: Properties, { inputs: fields, open }: ResourceDeclaration): Properties {
  return open ? Object.fromEntries(Object.entries(inputs).filter(([key]) => key in fields)) : inputs;
}

/** `urn:pulumi:dev::vigil::parent$aws:s3/bucket:Bucket::name` names its type and its ancestors'. */
export function tokenOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function fromJson(value: unknown): unknown {
  const open = plain(value);
  if (typeof open !== "string" || isUnknown(open)) return open;
  try {
    return JSON.parse(open) as unknown;
  } catch {
    return open;
  }
}
