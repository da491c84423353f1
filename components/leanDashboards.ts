/**
 * Makes Grafana's SDK cheaper to load. Imported before anything that renders dashboards.
 *
 * Each kind of panel is built for three schemas of dashboards, and loads the two newer ones, 116 modules of 236, of which this
 * program uses nothing. Here they are loaded when something of them is first asked for.
 */
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Schemas that no dashboard of ours has. */
const unused = ["dashboardv2", "dashboardv2beta1"];

/** What has been loaded already, as by a test, stays as it is. */
for (const schema of unused) {
  const file = require.resolve(`@grafana/grafana-foundation-sdk/${schema}`);
  require.cache[file] ??= { id: file, filename: file, loaded: true, exports: later(file) } as NodeJS.Module;
}

/** The module, loaded by the first look at one of its names. */
function later(file: string): object {
  let loaded: object | undefined;
  const load = (): object => {
    if (loaded !== undefined) return loaded;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
    delete require.cache[file];
    loaded = require(file) as object;
    return loaded;
  };
  return new Proxy(
    { __esModule: true },
    { get: (target, name) => (name in target ? true : (Reflect.get(load(), name) as unknown)) },
  );
}
