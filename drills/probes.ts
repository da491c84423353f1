/** What drills ask a stack for, again and again, and how they tell that an answer is complete. */
import type { StackClient } from "./stackClient.ts";
import type { Probe } from "./steadyLoad.ts";

/** Instant queries by GET and by POST, in turn; an answer is complete when it has every series that there is now. */
export async function queryProbes(
  client: StackClient,
  at: "query" | "prometheus",
  expression: string,
): Promise<Probe[]> {
  const expected = (await client.query(expression, at)).map(({ metric }) => identity(metric));
  if (expected.length === 0)
    throw new Error(
      `drill: ${expression} has no series at ${client.endpoint(at)}, expected at least one: wait for the first scrape`,
    );
  const url = `${client.endpoint(at)}/api/v1/query`;
  const body = `query=${encodeURIComponent(expression)}`;
  const lacks = (answer: string): string | undefined => {
    const { data } = JSON.parse(answer) as QueryAnswer;
    const found = new Set(data.result.map(({ metric }) => identity(metric)));
    return missing(expected.filter((series) => !found.has(series)));
  };
  return [
    { name: `GET ${at}`, url: `${url}?${body}`, lacks },
    {
      name: `POST ${at}`,
      url,
      method: "POST",
      body,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      lacks,
    },
  ];
}

/** The list of alerts; complete while Watchdog, which always fires, is in it. */
export function alertProbe(client: StackClient): Probe {
  return {
    name: "GET alertmanager",
    url: `${client.endpoint("alertmanager")}/api/v2/alerts`,
    lacks: (answer) => {
      const alerts = JSON.parse(answer) as { labels: Record<string, string> }[];
      return alerts.some(({ labels }) => labels["alertname"] === "Watchdog")
        ? undefined
        : missing(["Watchdog"]);
    },
  };
}

interface QueryAnswer {
  readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
}

function identity(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function missing(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `without ${names.join(", ")}`;
}
