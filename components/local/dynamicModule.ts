/**
 * A dynamic resource whose create, read, update and delete live in a module of this project.
 *
 * `pulumi.dynamic.Resource` serialises the provider's code and everything it captures into the state, so that moving a
 * line shows every resource as changed, and loads the TypeScript compiler to do it (0.9 s of every preview). This resource
 * stores a constant text instead that only says which module to load: a refactor of the module is no change, a preview
 * pays nothing, and the module may import, hold a cache or be debugged like any other.
 *
 * The text is what `pulumi.dynamic` would have stored: a CommonJS module whose `handler` returns the provider
 * (@pulumi/pulumi/cmd/dynamic-provider/index.js, getProvider). Paths in it are relative to the project, which is the working
 * directory of the program and of the provider alike, so no path of a machine reaches the state.
 *
 * A resource that exists but did not come up: let the module throw an Error with `id`, `properties` and `reasons`; Pulumi
 * keeps it in the state and tries an update next time.
 */
import * as pulumi from "../pulumi.ts";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What a module exports. Values are plain and without secrets' wrapping; `state` is what create, update or read returned last.
 * At preview an unknown input is Pulumi's unknown marker, a string, in `check` and `diff`.
 */
export interface ResourceModule<Inputs, State> {
  /** Validates and completes the inputs; a failure names its property. Default: inputs as they are. */
  check?(old: Partial<Inputs>, inputs: Inputs): Promise<pulumi.dynamic.CheckResult<Inputs>>;
  /** Default: any changed input is an update. */
  diff?(id: string, state: State, inputs: Inputs): Promise<pulumi.dynamic.DiffResult>;
  create(inputs: Inputs): Promise<{ id: string; outs: State }>;
  /** What is really there; undefined where it is gone. Default: the state as recorded. */
  read?(id: string, state: State): Promise<{ props: State; inputs?: Inputs } | undefined>;
  update(id: string, state: State, inputs: Inputs): Promise<{ outs: State }>;
  delete(id: string, state: State): Promise<void>;
}

/** A resource of type `pulumi-nodejs:dynamic/vigil:<kind>`. Subclasses declare its outputs. */
export class ModuleResource extends pulumi.CustomResource {
  /**
   * @param module where the ResourceModule is: `import.meta.resolve("./thing.ts")`
   * @param kind the resource's type within this project, such as `Service`; renaming it replaces the resource
   * @param inputs an output that is not also an input is listed as `undefined`
   */
  constructor(
    module: string,
    kind: string,
    name: string,
    inputs: pulumi.Inputs,
    options: pulumi.CustomResourceOptions = {},
  ) {
    super(
      `pulumi-nodejs:dynamic/vigil:${kind}`,
      name,
      { ...inputs, __provider: providerText(module) },
      options,
    );
  }
}

/** The stored text. Changing it shows an update of every resource whose module has no `diff` of its own. */
export function providerText(module: string): string {
  const [loader, target] = [import.meta.resolve("./moduleProvider.ts"), module].map(fromProject);
  return [
    `const { pathToFileURL } = require("node:url");`,
    `const load = (path) => import(pathToFileURL(path).href);`,
    `const provider = load(${JSON.stringify(loader)}).then((loader) => loader.moduleProvider(load(${JSON.stringify(target)})));`,
    `const call = (method) => async (...args) => (await provider)[method](...args);`,
    `const methods = ["check", "diff", "create", "read", "update", "delete"];`,
    `exports.handler = () => Object.fromEntries(methods.map((method) => [method, call(method)]));`,
    ``,
  ].join("\n");
}

function fromProject(url: string | undefined): string {
  if (!url?.startsWith("file:")) {
    throw new Error(
      `dynamic module ${String(url)}: expected a file URL, as import.meta.resolve("./thing.ts") gives`,
    );
  }
  return relative(process.cwd(), fileURLToPath(url)).split(sep).join("/");
}
