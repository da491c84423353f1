/** Measures every request under the pattern of its route: `/orders/:id`, and never `/orders/4711`. */
import type { IRouter, Request, RequestHandler, Response, Router } from "express";
import type { Metrics } from "./metrics.ts";

/** Route of what no route answered: one series for all the addresses that the world tries. */
const unmatched = "unmatched";
/** Status of a request whose client went away before it was answered, as nginx has it. */
const clientClosed = 499;

/** To be used before everything else. */
export function measureRequests({ httpRequestDuration }: Metrics): RequestHandler {
  return (request, response, next) => {
    const end = httpRequestDuration.startTimer({ method: request.method });
    // `close` also comes when the client hangs up; `finish` then does not.
    response.once("close", () => {
      const status = response.writableFinished ? response.statusCode : clientClosed;
      end({ route: routeOf(request, response), status_code: String(status) });
    });
    next();
  };
}

/**
 * Mounts a router under a pattern and remembers the pattern: of a mounted router Express itself keeps only what the
 * address was (`baseUrl`), and that is a label with as many values as there are orders.
 */
export function mount(parent: IRouter, pattern: string, router: Router): void {
  const remember: RequestHandler = (_request, response, next) => {
    const before = patternOf(response);
    response.locals[mounted] = `${before}${pattern}`;
    next();
  };
  // Where the router has no answer, the pattern is none of what comes after it.
  const forget: RequestHandler = (_request, response, next) => {
    response.locals[mounted] = patternOf(response).slice(0, -pattern.length);
    next();
  };
  parent.use(pattern, remember, router, forget);
}

const mounted = "metricsMountedUnder";

function patternOf(response: Response): string {
  const pattern: unknown = response.locals[mounted];
  return typeof pattern === "string" ? pattern : "";
}

function routeOf(request: Request, response: Response): string {
  const route = request.route as { readonly path: unknown } | undefined;
  if (route === undefined) return unmatched;
  const path = Array.isArray(route.path) ? route.path.join("|") : String(route.path);
  const pattern = patternOf(response);
  // Express forgets it when it answers an error itself.
  const base = request.baseUrl as string | undefined;
  // Mounted by `use` alone: which part of the address is a parameter cannot be known.
  if (pattern === "" && base !== undefined && base !== "") return `*${path}`;
  return path === "/" && pattern !== "" ? pattern : `${pattern}${path}`;
}
