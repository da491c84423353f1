import { createHash } from "node:crypto";
import bcrypt from "bcryptjs";
import { RandomBytes } from "@pulumi/random/randomBytes.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { PlanSecret } from "../../monitoring/hosts.ts";
import * as pulumi from "../pulumi.ts";

export interface HostCredentialsArgs {
  readonly secrets: readonly PlanSecret[];
  /** Values that the configuration gives, by name; of the others those that are `generated` are made at random. */
  readonly given: Readonly<Record<string, pulumi.Output<string>>>;
}

/** Prometheus caches a comparison, so that cost 10 is paid once a process and password. */
const cost = "$2b$10$";
/** bcrypt hashes no more of a password than this many bytes. */
export const bcryptBytes = 72;

/** What of a secret a machine may ask for: see `PlanFile.content`. */
const forms = ["secret", "bcrypt", "basic", "sha256"] as const;

/**
 * A stack's passwords, as Pulumi's secrets: drawn once, or given. A hash has a salt that is drawn once too, so that the
 * same password is the same hash, and a second `up` changes nothing.
 */
export class HostCredentials extends pulumi.ComponentResource {
  readonly #args: HostCredentialsArgs;
  readonly #values = new Map<string, pulumi.Output<string>>();
  readonly #texts = new Map<string, pulumi.Output<string>>();

  constructor(name: string, args: HostCredentialsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:hosts:Credentials", name, {}, options);
    this.#args = args;
    for (const secret of args.secrets) {
      const value = args.given[secret.name] ?? (secret.generated ? this.#drawn(secret.name) : undefined);
      if (value !== undefined) this.#values.set(secret.name, pulumi.secret(value));
    }
    this.registerOutputs({});
  }

  /**
   * @param name such as `secret:human`, `bcrypt:scrape`
   * @throws when the stack has no such secret, or no form of it
   */
  text(name: string): pulumi.Output<string> {
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const made = pulumi.secret(this.#make(name));
    this.#texts.set(name, made);
    return made;
  }

  #make(name: string): pulumi.Output<string> {
    const [form = "", secretName = ""] = name.split(/:(.*)/s);
    const declared = this.#args.secrets.find((secret) => secret.name === secretName);
    const value = this.#values.get(secretName);
    if (declared === undefined || value === undefined)
      throw new pulumi.RunError(
        `vigil:secrets.${secretName}: a step asks for ${name}, and there is no such secret; declare it in the system`,
      );
    if (form === "secret") return value;
    if (form === "bcrypt") return this.#hashed(secretName, value);
    const { username } = declared;
    if (!forms.includes(form as (typeof forms)[number]) || username === undefined)
      throw new pulumi.RunError(`${name}: secret "${secretName}" has no user, so that this has no meaning`);
    const basic = value.apply((password) => Buffer.from(`${username}:${password}`).toString("base64"));
    return form === "basic"
      ? basic
      : basic.apply((text) => createHash("sha256").update(`Basic ${text}`).digest("hex"));
  }

  #drawn(name: string): pulumi.Output<string> {
    // Letters and digits: 190 bits, and no file, shell or URL that changes them.
    return new RandomPassword(name, { length: 32, special: false }, { parent: this }).result;
  }

  #hashed(name: string, value: pulumi.Output<string>): pulumi.Output<string> {
    const { base64 } = new RandomBytes(`${name}-salt`, { length: 16 }, { parent: this });
    return pulumi.all([value, base64]).apply(([password, salt]) => {
      if (Buffer.byteLength(password) > bcryptBytes)
        throw new pulumi.RunError(
          `vigil:secrets.${name}: has more than ${String(bcryptBytes)} bytes, and bcrypt would leave out the rest; choose a shorter one`,
        );
      return bcrypt.hash(password, cost + bcrypt.encodeBase64(Buffer.from(salt, "base64"), 16));
    });
  }
}
