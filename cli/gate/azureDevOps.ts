/**
 * Azure Pipelines: a thread of the pull request. A work item is no place that each project keeps alike: drift fails the run.
 *
 * @see https://learn.microsoft.com/en-us/rest/api/azure/devops/git/pull-request-threads
 */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needed, request, type Api } from "./api.ts";
import type { Board, Platform } from "./platform.ts";

interface Thread {
  readonly id: number;
  readonly isDeleted?: boolean;
  readonly comments: readonly {
    readonly id: number;
    readonly content?: string;
    readonly author: { readonly id: string };
  }[];
}

const version = "api-version=7.1";

export function azureDevOps(env: NodeJS.ProcessEnv): Platform {
  const base = needed(env, "SYSTEM_COLLECTIONURI", "Azure Pipelines sets it in every job").replace(
    /\/*$/,
    "/",
  );
  const project = needed(env, "SYSTEM_TEAMPROJECTID", "Azure Pipelines sets it in every job");
  const pullRequest = env["SYSTEM_PULLREQUEST_PULLREQUESTID"];
  const root = (): Api => ({
    name: "Azure DevOps",
    base,
    headers: {
      Authorization: `Bearer ${needed(env, "SYSTEM_ACCESSTOKEN", "give the step env SYSTEM_ACCESSTOKEN: $(System.AccessToken)")}`,
      "X-TFS-FedAuthRedirect": "Suppress",
    },
    remedy:
      'Allow the project\'s build service "Contribute to pull requests" (Project settings, Repositories, Security)',
  });
  return {
    name: "Azure DevOps",
    // Of 150 000 characters.
    limit: 140_000,
    commit: env["SYSTEM_PULLREQUEST_SOURCECOMMITID"] ?? env["BUILD_SOURCEVERSION"],
    run: `${base}${project}/_build/results?buildId=${env["BUILD_BUILDID"] ?? ""}`,
    ...(pullRequest !== undefined && {
      comments: threads(
        root,
        `${project}/_apis/git/repositories/${env["BUILD_REPOSITORY_ID"] ?? ""}/pullRequests/${pullRequest}/threads`,
      ),
    }),
    summarise: (markdown) => {
      const file = join(mkdtempSync(join(env["AGENT_TEMPDIRECTORY"] ?? tmpdir(), "gate-")), "gate.md");
      writeFileSync(file, markdown);
      console.log(`##vso[task.uploadsummary]${file}`);
    },
  };
}

/** The first comment of a thread is its text; its status tells whether somebody has to act. */
function threads(root: () => Api, path: string): Board {
  const status = (settled: boolean): string => (settled ? "closed" : "active");
  return {
    own: async () => {
      const { authenticatedUser } = (
        await request<{ authenticatedUser: { id: string } }>(
          root(),
          "say whose token this is",
          "GET",
          `_apis/connectionData`,
        )
      ).body;
      const { value } = (
        await request<{ value: Thread[] }>(root(), "list the threads", "GET", `${path}?${version}`)
      ).body;
      return value.flatMap(({ id, isDeleted, comments: [first] }) =>
        isDeleted !== true && first?.author.id === authenticatedUser.id
          ? [{ id: `${String(id)}/comments/${String(first.id)}`, body: first.content ?? "" }]
          : [],
      );
    },
    create: async (_title, content, settled) => {
      const comments = [{ parentCommentId: 0, commentType: "text", content }];
      await request(root(), "create the thread", "POST", `${path}?${version}`, {
        comments,
        status: status(settled),
      });
    },
    update: async (id, content, settled) => {
      const thread = `${path}/${id.replace(/\/.*/, "")}`;
      await request(root(), "update the comment", "PATCH", `${path}/${id}?${version}`, { content });
      await request(root(), "update the thread", "PATCH", `${thread}?${version}`, {
        status: status(settled),
      });
    },
  };
}
