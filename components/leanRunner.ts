/**
 * Makes the runner of Pulumi's SDK, which loads the program, cheaper to start. Node loads this before it (`nodeargs` of
 * Pulumi.yaml). Without it everything works, a preview only takes 0.2 s longer.
 */
import type { Session } from "node:inspector";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { later, loadReal, standIn } from "./moduleCache.ts";

const require = createRequire(import.meta.url);
/** Dependencies of the SDK are looked for where it would. */
const fromSdk = { paths: [dirname(require.resolve("@pulumi/pulumi/package.json"))] };

/** Modules of the SDK that do nothing until they are asked to. */
export const lateModules = {
  /** Zipkin traces, which only an experiment of the engine starts: 230 modules, 70 ms. */
  tracing: {
    file: require.resolve("@pulumi/pulumi/cmd/run/tracing.js"),
    standIn: tracingWhenStarted,
  },
  /**
   * The runner has V8 debug the program from its start, for the sake of functions that go into the state: every promise and
   * every script that is loaded then costs more, a tenth of the program's time. Here that begins when a function is stored.
   */
  debugger: {
    file: require.resolve("@pulumi/pulumi/runtime/closure/v8Hooks.js"),
    standIn: hooksWhenAsked,
  },
} as const;

// Who traces the engine's calls wants the SDK as it is, loaded in its own order (cmd/run/instrumentation.js).
if (process.env["TRACEPARENT"] === undefined) {
  for (const { file, standIn: make } of Object.values(lateModules)) standIn(file, () => make(file));

  // The SDK keeps the stack of every promise that it makes, and its runner has each mapped to sources: 0.2 s of every preview.
  // Node strips types in place, so that the stacks of this program are right without.
  standIn(require.resolve("source-map-support/register", fromSdk), () => ({}));

  // Reads a package.yaml where there is one.
  const yaml = require.resolve("js-yaml", fromSdk);
  standIn(yaml, () => later(yaml));

  await import("./leanSdk.ts");
}

/** Spans without content until tracing starts. */
function tracingWhenStarted(file: string): Tracing {
  let real: Tracing | undefined;
  const none: Span = { end: () => undefined, addEvent: () => none, setAttribute: () => none };
  return {
    start: (url) => {
      real = loadReal(file) as Tracing;
      real.start(url);
    },
    stop: () => real?.stop(),
    newSpan: (name) => real?.newSpan(name) ?? none,
  };
}

/** As cmd/run/tracing.js of the pinned SDK has them; a test compares the names. */
interface Tracing {
  start(url: string): void;
  stop(): void;
  newSpan(name: string): Span;
}

/** What the runner does with a span. */
interface Span {
  end(): void;
  addEvent(name: string): Span;
  setAttribute(name: string, value: unknown): Span;
}

/** The debugger's session, begun when it is asked for. */
function hooksWhenAsked(file: string): Hooks {
  let real: Hooks | undefined;
  return {
    getSessionAsync: async () => {
      if (real !== undefined) return real.getSessionAsync();
      real = loadReal(file) as Hooks;
      const session = await real.getSessionAsync();
      // The real one listens after it has begun, so it has missed the scripts there are: they are told of again.
      session.post("Debugger.disable");
      session.post("Debugger.enable");
      return session;
    },
    isInitializedAsync: async () => Promise.resolve(),
    getScriptUrl: (id) => real?.getScriptUrl(id),
  };
}

/** As runtime/closure/v8Hooks.js of the pinned SDK has them; a test compares the names. */
interface Hooks {
  getSessionAsync(): Promise<Session>;
  isInitializedAsync(): Promise<void>;
  getScriptUrl(id: string): string | undefined;
}
