/** What a simulated cloud adds to the declarations of its SDK: identity, outputs, and the rules that no declaration states. */
import type { Mismatch } from "./schema/validate.ts";
import type { ResourceDeclaration } from "./schema/declarations.ts";
import type { Properties } from "./propertyValues.ts";
import type { World } from "./world.ts";

/** A resource that the engine asks for. */
export interface Requested {
  readonly urn: string;
  /** `aws:s3/bucket:Bucket` */
  readonly token: string;
  /** The last part of the token. */
  readonly kind: string;
  /** Its name in the program. */
  readonly name: string;
  readonly inputs: Properties;
  readonly declaration: ResourceDeclaration;
  /** The provider's region or location, where it has one. */
  readonly region: string;
}

/** One that is there, or will be under this id. */
export interface Existing extends Requested {
  readonly id: string;
}

/** What a call of a function knows. */
export interface Call {
  readonly arguments: Properties;
  readonly region: string;
  readonly world: World;
}

export interface Cloud {
  /** The SDK and plugin: `azure-native`. */
  readonly package: string;
  /** The declaration of a resource that the SDK knows only as a class of resources, such as a custom resource. */
  readonly undeclared?: (token: string) => ResourceDeclaration | undefined;
  /** The inputs with what the cloud fills in, its name before all. */
  readonly complete: (resource: Requested, before: Properties | undefined) => Properties;
  /** Faults that the declarations do not show. */
  readonly faults?: (resource: Requested) => readonly Mismatch[];
  /**
   * Whether it can be created now.
   * @throws {Missing} with the cloud's own words where something it needs is not there
   */
  readonly admit?: (resource: Requested, world: World) => void;
  /** What the rules of other resources ask about one that is there: see World. */
  readonly facts?: (resource: Requested) => Readonly<Record<string, string>> | undefined;
  /**
   * What comes of a failure that was asked for, where the resource is there all the same: the cloud's own words for it,
   * or nothing that it would notice. `undefined` for a kind of which a failure leaves nothing.
   */
  readonly partly?: (
    resource: Existing,
    asked: string,
    operation: "create" | "update",
  ) => Partly | "unnoticed" | undefined;
  /** A failure that was asked for, which leaves nothing, in the words of this cloud. @default as it was asked for */
  readonly words?: (resource: Requested, asked: string) => string;
  /** The id of a new resource; `token` differs with each creation, for ids that the cloud draws. */
  readonly identify: (resource: Requested, token: string) => string;
  /** Outputs that a program reads, laid over the inputs; the rest comes from the declared types. */
  readonly outputs: (resource: Existing) => Properties;
  /** Whether a change of the input at this path (`metadata.name`) needs a new resource. */
  readonly replaces: (resource: Requested, path: string) => boolean;
  /** Functions by token. */
  readonly functions: Readonly<Record<string, (call: Call) => Properties>>;
}

/** A resource that is there and did not do what it should. */
export interface Partly {
  readonly message: string;
}

/** Something has to be there first. A provider waits a little for it, as the real ones do. */
export class Missing extends Error {}
