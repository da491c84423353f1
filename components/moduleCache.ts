/** Puts modules of others into Node's cache before they are asked for: lighter ones, or ones that are loaded when they are used. */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** What has been loaded already, as by a test, stays as it is. @param file as `require.resolve` gives it */
export function standIn(file: string, make: () => object): void {
  require.cache[file] ??= { id: file, filename: file, loaded: true, exports: make() } as NodeJS.Module;
}

/** The module itself, past its stand-in. */
export function loadReal(file: string): object {
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
  delete require.cache[file];
  return require(file) as object;
}

/** The module, loaded by the first look at one of its names. */
export function later(file: string): object {
  let loaded: object | undefined;
  return new Proxy(
    { __esModule: true },
    {
      get: (target, name) =>
        name in target ? true : (Reflect.get((loaded ??= loadReal(file)), name) as unknown),
    },
  );
}
