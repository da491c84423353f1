/**
 * What exists in the simulated clouds, kept in one JSON file, so that a later run, refresh or destroy finds it.
 * Identities only: the simulation writes no property, hence no secret.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

export interface Thing {
  readonly token: string;
  readonly id: string;
  readonly urn: string;
  /** Read, not created: it was there before. */
  readonly external?: true;
  /** What rules ask about: the chart of a release, the group of a CustomResourceDefinition. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Properties that somebody has changed in the cloud itself, as a test writes them here: a refresh finds them. */
  readonly byHand?: Readonly<Record<string, unknown>>;
}

interface Stored {
  things: Thing[];
  created: Record<string, number>;
}

export class World {
  readonly #file: string;
  readonly #things = new Map<string, Thing>();
  readonly #created = new Map<string, number>();

  constructor(file: string) {
    this.#file = file;
    if (!existsSync(file)) return;
    const stored = JSON.parse(readFileSync(file, "utf8")) as Stored;
    for (const thing of stored.things) this.#things.set(keyOf(thing.token, thing.id), thing);
    for (const [urn, times] of Object.entries(stored.created)) this.#created.set(urn, times);
  }

  get things(): readonly Thing[] {
    return [...this.#things.values()];
  }

  has(token: string, id: string): boolean {
    return this.find(token, id) !== undefined;
  }

  find(token: string, id: string): Thing | undefined {
    return this.#things.get(keyOf(token, id));
  }

  add(thing: Thing): void {
    this.#things.set(keyOf(thing.token, thing.id), thing);
    this.#write();
  }

  remove(token: string, id: string): void {
    this.#things.delete(keyOf(token, id));
    this.#write();
  }

  /** A text that is another one at each creation of a resource, and the same in every simulation. */
  drawFor(urn: string): string {
    const times = (this.#created.get(urn) ?? 0) + 1;
    this.#created.set(urn, times);
    return `${urn}#${String(times)}`;
  }

  #write(): void {
    const stored: Stored = { things: this.things as Thing[], created: Object.fromEntries(this.#created) };
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(stored, undefined, 2));
  }
}

function keyOf(token: string, id: string): string {
  return `${token}|${id}`;
}
