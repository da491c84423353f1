import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { SecretDeclaration } from "../../monitoring/model.ts";
import * as pulumi from "../pulumi.ts";

export interface SecretsManagerSecretsArgs {
  /** `vigil/STACK/`. */
  readonly prefix: string;
  readonly secrets: readonly SecretDeclaration[];
  /** Values that the configuration gives, by name. */
  readonly given: Readonly<Record<string, pulumi.Output<string>>>;
  readonly keyArn: pulumi.Input<string>;
  /** Days for which a deleted secret can be brought back, and its name is taken: 7 to 30, or 0. */
  readonly recoveryDays: number;
}

/** The stack's secrets in AWS Secrets Manager, where external-secrets reads them: given, or made at random once. */
export class SecretsManagerSecrets extends pulumi.ComponentResource {
  readonly versions: readonly SecretVersion[];

  constructor(name: string, args: SecretsManagerSecretsArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:eks:SecretsManagerSecrets", name, {}, options);
    this.versions = args.secrets.map((secret) => this.#store(name, secret, args));
    this.registerOutputs({});
  }

  #store(
    name: string,
    { name: secretName, about }: SecretDeclaration,
    args: SecretsManagerSecretsArgs,
  ): SecretVersion {
    const own = `${name}-${secretName}`;
    const parent = { parent: this };
    const secret = new Secret(
      own,
      {
        name: `${args.prefix}${secretName}`,
        description: about,
        kmsKeyId: args.keyArn,
        recoveryWindowInDays: args.recoveryDays,
      },
      parent,
    );
    const value = args.given[secretName] ?? this.#random(own);
    return new SecretVersion(
      own,
      { secretId: secret.id, secretString: pulumi.secret(value) },
      { ...parent, additionalSecretOutputs: ["secretString"] },
    );
  }

  /**
   * 32 letters and digits: 190 bits, and one of the lengths that oauth2-proxy takes for the key of its cookies (16, 24 or
   * 32 bytes, https://oauth2-proxy.github.io/oauth2-proxy/configuration/overview#generating-a-cookie-secret).
   */
  #random(own: string): pulumi.Output<string> {
    return new RandomPassword(
      own,
      { length: 32, special: false },
      { parent: this, additionalSecretOutputs: ["result", "bcryptHash"] },
    ).result;
  }
}
