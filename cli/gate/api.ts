/** Requests to a platform's REST API, with refusals that say what to do. */

export interface Api {
  /** As messages name it: GitHub, GitLab, Azure DevOps. */
  readonly name: string;
  /** With a slash at its end, so that paths are appended. */
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What the job lacks when it is refused: the end of the message. */
  readonly remedy: string;
}

export interface Answer<Body> {
  readonly body: Body;
  readonly headers: Headers;
}

const patience = 30_000;

/**
 * @param what is done, for the message of a refusal: `create the comment`
 * @throws one line with the status, the platform's own words, and the mend
 */
export async function request<Body>(
  { name, base, headers, remedy }: Api,
  what: string,
  method: "GET" | "POST" | "PATCH" | "PUT",
  path: string,
  body?: object,
): Promise<Answer<Body>> {
  const url = new URL(path, base);
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { "Content-Type": "application/json" }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(patience),
      // A sign-in page is no answer.
      redirect: "error",
    });
  } catch (error) {
    throw new Error(`${name} cannot be asked to ${what}: ${url.host} does not answer (${reasonOf(error)})`, {
      cause: error,
    });
  }
  const text = await response.text();
  if (!response.ok)
    throw new Error(
      `${name} refuses to ${what}: ${String(response.status)} ${saidIn(text)}${isAccess(response.status) ? `. ${remedy}` : ""}`,
    );
  try {
    return { body: JSON.parse(text) as Body, headers: response.headers };
  } catch (error) {
    throw new Error(`${name} answers with no JSON when asked to ${what}: ${saidIn(text)}`, { cause: error });
  }
}

/** Of every page; a page that is not full is the last. */
export async function all<Item>(
  api: Api,
  what: string,
  path: (page: number, size: number) => string,
): Promise<Item[]> {
  const size = 100;
  const items: Item[] = [];
  for (let page = 1; ; page++) {
    const { body } = await request<Item[]>(api, what, "GET", path(page, size));
    items.push(...body);
    if (body.length < size) return items;
  }
}

function isAccess(status: number): boolean {
  return status === 401 || status === 403 || status === 404;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

/** The message of an error, out of JSON as the three platforms write it. */
function saidIn(text: string): string {
  let said: unknown = text;
  try {
    const parsed = JSON.parse(text) as { message?: unknown; error?: unknown };
    said = parsed.message ?? parsed.error ?? text;
  } catch {
    // no JSON: as it is
  }
  return (typeof said === "string" ? said : JSON.stringify(said))
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, 300);
}

/** @throws where the variable is missing, with what sets it */
export function needed(env: NodeJS.ProcessEnv, name: string, remedy: string): string {
  const value = env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: ${remedy}`);
  return value;
}
