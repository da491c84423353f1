/**
 * GitLab CI: notes of a merge request, and issues. The token of a job may write neither
 * (https://docs.gitlab.com/ci/jobs/ci_job_token/), so the gate has one of the project's own: role Reporter, scope api.
 *
 * @see https://docs.gitlab.com/api/notes/
 */
import { all, needed, request, type Api } from "./api.ts";
import type { Board, Platform, Post } from "./platform.ts";

interface Note {
  readonly id: number;
  readonly body: string;
  readonly author: { readonly id: number };
}

interface Issue {
  readonly iid: number;
  readonly description: string | null;
}

export function gitLab(env: NodeJS.ProcessEnv): Platform {
  const project = needed(env, "CI_PROJECT_ID", "GitLab sets it in every job");
  const iid = env["CI_MERGE_REQUEST_IID"];
  const root = (): Api => ({
    name: "GitLab",
    base: `${needed(env, "CI_API_V4_URL", "GitLab sets it in every job")}/`,
    headers: {
      "PRIVATE-TOKEN": needed(
        env,
        "GATE_GITLAB_TOKEN",
        "make a project access token (role Reporter, scope api) and a masked CI/CD variable of that name",
      ),
    },
    remedy:
      "GATE_GITLAB_TOKEN must be a project access token that has not expired, with role Reporter and scope api",
  });
  const api = (): Api => ({ ...root(), base: `${root().base}projects/${project}/` });
  return {
    name: "GitLab",
    limit: 1_000_000,
    commit: env["CI_COMMIT_SHA"],
    run: env["CI_JOB_URL"],
    ...(iid !== undefined && { comments: notes(root, api, iid) }),
    issues: issues(root, api),
  };
}

function notes(root: () => Api, api: () => Api, iid: string): Board {
  const path = `merge_requests/${iid}/notes`;
  return {
    own: async () => {
      const me = await ownId(root());
      const found = await all<Note>(
        api(),
        "list the notes",
        (page, size) => `${path}?per_page=${String(size)}&page=${String(page)}`,
      );
      return found.filter(({ author }) => author.id === me).map(({ id, body }) => ({ id: String(id), body }));
    },
    create: async (_title, body) => {
      await request(api(), "create the note", "POST", path, { body });
    },
    update: async (id, body) => {
      await request(api(), "update the note", "PUT", `${path}/${id}`, { body });
    },
  };
}

function issues(root: () => Api, api: () => Api): Board {
  return {
    own: async (): Promise<Post[]> => {
      const me = await ownId(root());
      const found = await all<Issue>(
        api(),
        "list the issues",
        (page, size) =>
          `issues?state=opened&author_id=${String(me)}&per_page=${String(size)}&page=${String(page)}`,
      );
      return found.map((issue) => ({ id: String(issue.iid), body: issue.description ?? "" }));
    },
    create: async (title, description) => {
      await request(api(), "open the issue", "POST", "issues", { title, description });
    },
    update: async (id, description, settled) => {
      const state = settled ? { state_event: "close" } : {};
      await request(api(), "update the issue", "PUT", `issues/${id}`, { description, ...state });
    },
  };
}

async function ownId(root: Api): Promise<number> {
  return (await request<{ id: number }>(root, "say whose token this is", "GET", "user")).body.id;
}
