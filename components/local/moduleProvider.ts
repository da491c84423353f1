/**
 * The provider's side of dynamicModule.ts: calls a module the way the engine expects, in the dynamic provider's process.
 *
 * It hides the stored `__provider` text from modules, fills in the methods a module leaves out, and keeps errors to the one
 * line that the engine prints.
 */
import type { ResourceModule } from "./dynamicModule.ts";

type Values = Record<string, unknown>;
type AnyModule = ResourceModule<Values, Values>;

/** @param loading the module, being imported: a module that does not load fails each call with its own message */
export function moduleProvider(loading: Promise<AnyModule>) {
  keepReportedErrorsQuiet();
  return {
    check: oneLine(async (old: Values, inputs: Values) => {
      const module = await loading;
      return module.check ? module.check(visible(old), visible(inputs)) : { inputs };
    }),
    diff: oneLine(async (id: string, state: Values, inputs: Values) => {
      const module = await loading;
      return module.diff ? module.diff(id, visible(state), visible(inputs)) : {};
    }),
    create: oneLine(async (inputs: Values) => {
      const { id, outs } = await withText(inputs, async () => (await loading).create(visible(inputs)));
      return { id, outs: storable(outs) };
    }),
    read: oneLine(async (id: string, state: Values) => {
      const module = await loading;
      if (!module.read) return { id, props: state };
      const found = await module.read(id, visible(state));
      if (!found) return { id: "", props: {} };
      return { id, props: storable(found.props), ...(found.inputs && { inputs: storable(found.inputs) }) };
    }),
    update: oneLine(async (id: string, state: Values, inputs: Values) => {
      const update = async () => (await loading).update(id, visible(state), visible(inputs));
      const { outs } = await withText(inputs, update);
      return { outs: storable(outs) };
    }),
    delete: oneLine(async (id: string, state: Values) => (await loading).delete(id, visible(state))),
  };
}

function visible(values: Values): Values {
  const { __provider: _text, ...rest } = values;
  return rest;
}

/** What exists but did not come up is kept with its properties; without the text nothing could mend or delete it. */
async function withText<Result>(inputs: Values, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const partial = error as { properties?: Values };
    if (partial.properties !== undefined)
      partial.properties = { ...storable(partial.properties), __provider: inputs["__provider"] };
    throw error;
  }
}

/** Without properties that are undefined, which the state cannot hold. */
function storable(values: Values): Values {
  return JSON.parse(JSON.stringify(values)) as Values;
}

const reported = "(reported by the engine)";

/** Marks what a method throws, so that its stack is not printed beside the message. VIGIL_DEBUG keeps the stack. */
function oneLine<Args extends unknown[], Result>(method: (...args: Args) => Promise<Result>) {
  return async (...args: Args): Promise<Result> => {
    try {
      return await method(...args);
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      if (!process.env["VIGIL_DEBUG"]) error.toString = () => reported;
      throw error;
    }
  };
}

/**
 * Pulumi's dynamic provider prints the stack of what check, diff, read and delete throw, and hands the message to the engine
 * as well (cmd/dynamic-provider/index.js: console.error(`${e}: ${e.stack}`)).
 */
function keepReportedErrorsQuiet(): void {
  const print = console.error;
  console.error = (...values: unknown[]) => {
    if (typeof values[0] === "string" && values[0].startsWith(reported)) return;
    print(...values);
  };
}
