/**
 * Makes Pulumi's SDK cheaper to load and to use, for every preview. Imported before anything of the SDK.
 *
 * Every cloud's SDK asks for the index of `@pulumi/pulumi`, which loads the automation API, npm's Arborist and the TypeScript
 * compiler, 0.4 s in all, for parts that this program never uses. Here the index has the same names, and each heavy part is
 * loaded when it is first asked for.
 */
import type { Session } from "node:inspector";
import { createRequire } from "node:module";

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

/** What has been loaded already, as by a test, stays as it is. */
for (const path of Object.keys(indexes) as (keyof typeof indexes)[]) {
  const file = require.resolve(path);
  require.cache[file] ??= {
    id: file,
    filename: file,
    loaded: true,
    exports: leanIndex(path),
  } as NodeJS.Module;
}

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
    void debuggable.debuggablePromise(Promise.resolve(), "none");
    debuggable.debuggablePromise = (promise) => {
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

// The runner has V8 debug the program from its start, for the sake of functions that go into the state: every promise and every
// script that is loaded then costs more, a tenth of the program's time. Here it begins when a function is to be stored.
const runnersHooks = require.resolve("@pulumi/pulumi/runtime/closure/v8Hooks.js");
if (runnersHooks in require.cache) {
  const hooks = require(runnersHooks) as { getSessionAsync: () => Promise<Session> };
  const { getSessionAsync } = hooks;
  hooks.getSessionAsync = async () => {
    const session = await getSessionAsync();
    session.post("Debugger.enable");
    return session;
  };
  void getSessionAsync().then((session) => {
    session.post("Debugger.disable");
  });
}

// The SDK keeps the stack of every promise that it makes, and its runner has each mapped to sources (source-map-support):
// 0.2 s of every preview. Node strips types in place, so that the stacks of this program are right without.
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;
