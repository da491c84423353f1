/**
 * Makes Pulumi's SDK cheaper to load and to use, for every preview. Imported before anything of the SDK.
 *
 * Every cloud's SDK asks for the index of `@pulumi/pulumi`, which loads the automation API, npm's Arborist and the TypeScript
 * compiler, 0.4 s in all, for parts that this program never uses. Here the index has the same names, and each heavy part is
 * loaded when it is first asked for.
 */
import { createRequire } from "node:module";
import { standIn } from "./moduleCache.ts";

const require = createRequire(import.meta.url);

/** Modules whose names an index has as its own, and modules that it has under their names. */
interface Index {
  readonly own: readonly string[];
  /** Names of the index by the module that has them, loaded when first asked for. */
  readonly later: Readonly<Record<string, readonly string[]>>;
  readonly named: readonly string[];
  readonly constants: Readonly<Record<string, unknown>>;
}

/** As `runtime/index.js` and `index.js` of the pinned SDK have them; a test compares the names. */
export const indexes: Readonly<Record<"@pulumi/pulumi/runtime" | "@pulumi/pulumi", Index>> = {
  "@pulumi/pulumi/runtime": {
    own: ["config", "invoke", "resource", "rpc", "settings", "stack"],
    later: {
      "closure/serializeClosure": ["serializeFunction", "serializeFunctionAsync"],
      "closure/codePaths": ["computeCodePaths"],
      mocks: ["setMocks"],
    },
    named: [],
    constants: {},
  },
  "@pulumi/pulumi": {
    own: ["config", "errors", "metadata", "output", "resource", "stackReference", "stash"],
    later: {},
    named: ["asset", "automation", "dynamic", "iterable", "log", "provider", "runtime", "utils"],
    constants: { deploymentOnlyModule: true },
  },
};

/** An index whose parts are loaded when they are asked for. */
export function leanIndex(path: keyof typeof indexes): object {
  const { own, later, named, constants } = indexes[path];
  const load = (module: string): Record<string, unknown> =>
    require(`${path}/${module}`) as Record<string, unknown>;
  const index = Object.defineProperty({}, "__esModule", { value: true });
  const define = (name: string, get: () => unknown): unknown =>
    Object.defineProperty(index, name, { enumerable: true, get });
  for (const module of own) {
    const part = load(module);
    for (const name of Object.keys(part)) if (name !== "default") define(name, () => part[name]);
  }
  for (const [module, names] of Object.entries(later))
    for (const name of names) define(name, () => load(module)[name]);
  for (const name of named) define(name, () => load(name));
  for (const [name, value] of Object.entries(constants)) define(name, () => value);
  return index;
}

for (const path of Object.keys(indexes) as (keyof typeof indexes)[])
  standIn(require.resolve(path), () => leanIndex(path));

if (process.env["VIGIL_DEBUG"] === undefined) {
  // Three messages about each resource go to the engine, which throws them away unless it was called with --debug: a quarter
  // of the time of a preview of 300 resources.
  const log = require("@pulumi/pulumi/log/index.js") as { debug: () => Promise<void> };
  log.debug = () => Promise.resolve();

  // Each of some 10 000 promises keeps the stack that made it and goes through two others, for PULUMI_DEBUG_PROMISE_LEAKS, and
  // each resource sends the whole stack of its making, which the state keeps: a tenth of that time. What is still pending at
  // the end is told as before; the first call has the SDK look for it.
  const debuggable = require("@pulumi/pulumi/runtime/debuggable.js") as {
    debugPromiseLeaks: boolean;
    debuggablePromise: <T>(promise: Promise<T>, context: string) => Promise<T>;
  };
  if (!debuggable.debugPromiseLeaks) {
    const { getStore } = require("@pulumi/pulumi/runtime/state.js") as {
      getStore: () => { leakCandidates: Set<unknown> };
    };
    const { debuggablePromise } = debuggable;
    let looked = false;
    debuggable.debuggablePromise = (promise) => {
      // Not before: the runner says where the engine is after this has been loaded, and the first call reads it.
      if (!looked) void debuggablePromise(Promise.resolve(), "none");
      looked = true;
      const { leakCandidates } = getStore();
      leakCandidates.add(promise);
      return promise.then(
        (value) => {
          leakCandidates.delete(promise);
          return value;
        },
        (error: unknown) => {
          leakCandidates.delete(promise);
          throw error;
        },
      );
    };
  }
  const { Resource } = require("@pulumi/pulumi/resource.js") as { Resource: { stackTrace: () => object[] } };
  Resource.stackTrace = () => [];
}
