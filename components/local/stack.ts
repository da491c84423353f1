import * as pulumi from "../pulumi.ts";
import type { Executable, ServicePlan } from "../../monitoring/hosts.ts";
import { declare } from "./providers/declaredService.ts";
import { Certificates, Credentials, LocalService } from "./resources.ts";

export interface LocalStackArgs {
  /** What runs, with every file and argument. */
  readonly plan: ServicePlan;
  /** Absolute path of the folder that holds the stack's files and data. */
  readonly root: string;
  /** Absolute path of each program that the plan names. */
  readonly executables: Readonly<Partial<Record<Executable, string>>>;
  /** Values of the secrets that the configuration gives, by name; the others are made at random. */
  readonly secrets: pulumi.Input<Readonly<Record<string, string>>>;
  /** Another number renews all certificates without a restart. */
  readonly certificateRotation: number;
}

/** A stack as supervised processes of this machine: what the host platforms share, on the machine in front of you. */
export class LocalStack extends pulumi.ComponentResource {
  /** The authority that signed every certificate of the stack, PEM. */
  readonly certificateAuthority: pulumi.Output<string>;

  constructor(name: string, args: LocalStackArgs, options?: pulumi.ComponentResourceOptions) {
    super("vigil:local:Stack", name, {}, options);
    const { plan, root } = args;
    const parent = { parent: this };
    const credentials = new Credentials(
      "credentials",
      { root, secrets: plan.secrets, given: pulumi.secret(args.secrets) },
      { ...parent, additionalSecretOutputs: ["given"] },
    );
    const certificates = new Certificates(
      "certificates",
      { root, stack: plan.stack, requests: plan.certificates, rotation: args.certificateRotation },
      parent,
    );
    const started = new Map<string, LocalService>();
    for (const service of plan.services)
      started.set(
        service.name,
        new LocalService(
          service.name,
          {
            root,
            declaration: declare({
              service,
              executable: executableOf(service.executable, args.executables),
              secrets: plan.secrets,
            }),
            credentialsGeneration: credentials.generation,
            certificatesGeneration: certificates.generation,
          },
          { ...parent, dependsOn: service.after.flatMap((name) => started.get(name) ?? []) },
        ),
      );
    this.certificateAuthority = certificates.authority;
    this.registerOutputs({ certificateAuthority: this.certificateAuthority });
  }
}

function executableOf(name: Executable, known: LocalStackArgs["executables"]): string {
  const path = known[name];
  if (path === undefined)
    throw new pulumi.RunError(`no program "${name}" on this machine; why, and how to get it: npm run tools`);
  return path;
}
