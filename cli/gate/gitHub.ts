/** GitHub Actions: comments and issues with the job's own token. @see https://docs.github.com/en/rest/issues/comments */
import { appendFileSync, readFileSync } from "node:fs";
import { all, needed, request, type Api } from "./api.ts";
import type { Board, Platform } from "./platform.ts";

interface Issue {
  readonly id: number;
  readonly number: number;
  readonly body: string | null;
  readonly user: { readonly type: string } | null;
  readonly pull_request?: object;
}

export function gitHub(env: NodeJS.ProcessEnv): Platform {
  const repository = needed(env, "GITHUB_REPOSITORY", "GitHub sets it in every job");
  const number = /^refs\/pull\/(\d+)\//.exec(env["GITHUB_REF"] ?? "")?.[1];
  const server = env["GITHUB_SERVER_URL"] ?? "https://github.com";
  const summary = env["GITHUB_STEP_SUMMARY"];
  const api = (permission: string): Api => ({
    name: "GitHub",
    base: `${env["GITHUB_API_URL"] ?? "https://api.github.com"}/repos/${repository}/`,
    headers: {
      Accept: "application/vnd.github+json",
      Authorization: `Bearer ${needed(env, "GITHUB_TOKEN", "give the step env GITHUB_TOKEN: ${{ github.token }}")}`,
      "X-GitHub-Api-Version": "2022-11-28",
    },
    remedy: `Give the job "permissions: ${permission}: write"; a pull request of a fork cannot have it`,
  });
  return {
    name: "GitHub",
    limit: 65_536,
    commit: headOf(env["GITHUB_EVENT_PATH"]) ?? env["GITHUB_SHA"],
    run: `${server}/${repository}/actions/runs/${env["GITHUB_RUN_ID"] ?? ""}`,
    ...(number !== undefined && { comments: comments(() => api("pull-requests"), number) }),
    issues: issues(() => api("issues")),
    ...(summary !== undefined && {
      summarise: (markdown: string) => {
        appendFileSync(summary, `${markdown}\n`);
      },
    }),
  };
}

function comments(api: () => Api, number: string): Board {
  return {
    own: async () =>
      (
        await all<Issue>(
          api(),
          "list the comments",
          (page, size) => `issues/${number}/comments?per_page=${String(size)}&page=${String(page)}`,
        )
      )
        .filter(isOwn)
        .map(({ id, body }) => ({ id: String(id), body: body ?? "" })),
    create: async (_title, body) => {
      await request(api(), "create the comment", "POST", `issues/${number}/comments`, { body });
    },
    update: async (id, body) => {
      await request(api(), "update the comment", "PATCH", `issues/comments/${id}`, { body });
    },
  };
}

function issues(api: () => Api): Board {
  return {
    own: async () =>
      (
        await all<Issue>(
          api(),
          "list the issues",
          (page, size) => `issues?state=open&per_page=${String(size)}&page=${String(page)}`,
        )
      )
        .filter((issue) => isOwn(issue) && issue.pull_request === undefined)
        .map(({ number, body }) => ({ id: String(number), body: body ?? "" })),
    create: async (title, body) => {
      await request(api(), "open the issue", "POST", "issues", { title, body });
    },
    update: async (id, body, settled) => {
      const state = settled ? { state: "closed", state_reason: "completed" } : {};
      await request(api(), "update the issue", "PATCH", `issues/${id}`, { body, ...state });
    },
  };
}

/** The token of a job may ask nobody who it is; but no person's account is a bot. */
function isOwn({ user }: Issue): boolean {
  return user?.type === "Bot";
}

/** Of a pull request GITHUB_SHA is a merge that nobody has made. */
function headOf(event: string | undefined): string | undefined {
  if (event === undefined) return undefined;
  const { pull_request } = JSON.parse(readFileSync(event, "utf8")) as {
    pull_request?: { head?: { sha?: string } };
  };
  return pull_request?.head?.sha;
}
