/** The three kinds of resource that a local stack consists of; what they do is in ./providers. */
import type * as pulumi from "@pulumi/pulumi";
import { ModuleResource } from "./dynamicModule.ts";
import type { CertificatesInputs } from "./providers/certificates.ts";
import type { CredentialsInputs } from "./providers/credentials.ts";
import type { DeclaredService } from "./providers/declaredService.ts";

type AsInputs<T> = { readonly [K in keyof T]: pulumi.Input<T[K]> };

/** Passwords and receivers' secrets, one private file each. */
export class Credentials extends ModuleResource {
  /** Increases whenever a value changes. */
  declare readonly generation: pulumi.Output<number>;

  constructor(name: string, inputs: AsInputs<CredentialsInputs>, options?: pulumi.CustomResourceOptions) {
    const module = import.meta.resolve("./providers/credentials.ts");
    super(module, "Credentials", name, { ...inputs, generation: undefined }, options);
  }
}

/** The stack's certificate authority and the certificates that it signs. */
export class Certificates extends ModuleResource {
  /** Increases whenever a certificate is written. */
  declare readonly generation: pulumi.Output<number>;
  /** The authority's certificate, PEM. */
  declare readonly authority: pulumi.Output<string>;

  constructor(name: string, inputs: AsInputs<CertificatesInputs>, options?: pulumi.CustomResourceOptions) {
    const module = import.meta.resolve("./providers/certificates.ts");
    super(module, "Certificates", name, { ...inputs, generation: undefined, authority: undefined }, options);
  }
}

/** One supervised process with its files. */
export class LocalService extends ModuleResource {
  constructor(name: string, inputs: AsInputs<DeclaredService>, options?: pulumi.CustomResourceOptions) {
    super(import.meta.resolve("./providers/declaredService.ts"), "Service", name, { ...inputs }, options);
  }
}
