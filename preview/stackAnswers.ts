/** Queries through a stack's edge, as people ask them. */
import type { Series, StackClient } from "../drills/stackClient.ts";
import type { Answers } from "./panelData.ts";

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly data?: { readonly result: Series[] };
}

/** @throws when the edge refuses a query, with its answer */
export function answersOf(client: StackClient): Answers {
  const ask = async (path: string, parameters: Readonly<Record<string, string>>): Promise<Series[]> => {
    const { status, body } = await client.request(`${client.endpoint("query")}/api/v1/${path}`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(parameters).toString(),
    });
    const { data, error } = parsed(body);
    if (status !== 200 || data === undefined)
      throw new Error(`query ${parameters["query"] ?? ""}: ${String(status)} ${error ?? body.slice(0, 200)}`);
    return data.result;
  };
  return {
    instant: (query, at) => ask("query", { query, time: String(at) }),
    range: (query, from, to, step) =>
      ask("query_range", { query, start: String(from), end: String(to), step: String(step) }),
  };
}

function parsed(body: string): Answer {
  try {
    return JSON.parse(body) as Answer;
  } catch {
    return {};
  }
}
