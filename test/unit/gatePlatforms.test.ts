/** How the gate speaks to GitHub, GitLab and Azure DevOps, and what they vouch for: against a server that answers as they do. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { mock } from "node:test";
import { setImmediate } from "node:timers/promises";
import { assumeIdentity } from "../../cli/gate/identity.ts";
import { platformOf, publish, type Board, type Platform } from "../../cli/gate/platform.ts";

interface Asked {
  /** `GET /path?query` */
  readonly what: string;
  readonly body: Record<string, unknown>;
  readonly headers: IncomingHttpHeaders;
}

type Respond = (asked: Asked) => unknown;

describe("The gate's platforms", () => {
  let server: Server;
  let url: string;
  let asked: Asked[];
  let respond: Respond;

  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const one: Asked = {
          what: `${request.method ?? ""} ${request.url ?? ""}`,
          body: body === "" ? {} : (JSON.parse(body) as Record<string, unknown>),
          headers: request.headers,
        };
        asked.push(one);
        const answer = respond(one);
        response
          .writeHead(answer === undefined ? 404 : 200)
          .end(JSON.stringify(answer ?? { message: "Not Found" }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const gitLabJob = (): NodeJS.ProcessEnv => ({
    GITLAB_CI: "true",
    CI_API_V4_URL: `${url}/api/v4`,
    CI_PROJECT_ID: "12",
    CI_MERGE_REQUEST_IID: "7",
    CI_COMMIT_SHA: "c0ffee",
    GATE_GITLAB_TOKEN: "token-of-the-project",
  });

  const azureJob = (): NodeJS.ProcessEnv => ({
    TF_BUILD: "True",
    SYSTEM_COLLECTIONURI: `${url}/org/`,
    SYSTEM_TEAMPROJECTID: "project",
    SYSTEM_PULLREQUEST_PULLREQUESTID: "7",
    BUILD_REPOSITORY_ID: "repository",
    SYSTEM_ACCESSTOKEN: "token-of-the-job",
  });

  const gitHubJob = (): NodeJS.ProcessEnv => ({
    GITHUB_ACTIONS: "true",
    GITHUB_API_URL: url,
    GITHUB_REPOSITORY: "example/monitoring",
    GITHUB_REF: "refs/pull/7/merge",
    GITHUB_TOKEN: "token-of-the-job",
  });

  const comments = (env: NodeJS.ProcessEnv): Board => {
    const board = platformOf(env)?.comments;
    assert.ok(board);
    return board;
  };
  const say = (board: Board, settled = true): Promise<void> =>
    publish(board, "preview vigil/prod", "title", "all is well", { settled });
  const marked = "<!-- vigil-gate: preview vigil/prod -->\nall is well";

  describe("of GitLab", () => {
    const notes =
      (...written: { id: number; author: number; body: string }[]): Respond =>
      ({ what }) => {
        if (what === "GET /api/v4/user") return { id: 5 };
        if (what.startsWith("GET /api/v4/projects/12/merge_requests/7/notes?"))
          return written.map(({ author, ...note }) => ({ ...note, author: { id: author } }));
        return what.startsWith("GET") ? undefined : {};
      };
    const changes = (): string[] =>
      asked.filter(({ what }) => !what.startsWith("GET")).map(({ what }) => what);

    it("write a note with the project's token, where there is none of their own", async () => {
      respond = notes({ id: 1, author: 6, body: marked }, { id: 2, author: 5, body: "another" });
      await say(comments(gitLabJob()));
      assert.deepEqual(changes(), ["POST /api/v4/projects/12/merge_requests/7/notes"]);
      const last = asked.at(-1);
      assert.deepEqual(last?.body, { body: marked });
      assert.equal(last.headers["private-token"], "token-of-the-project");
    });

    it("change their own note, on whichever page it is", async () => {
      const others = Array.from({ length: 100 }, (_, id) => ({ id, body: "x", author: { id: 6 } }));
      respond = ({ what }) => {
        if (what === "GET /api/v4/user") return { id: 5 };
        if (what.includes("&page=1")) return others;
        if (what.includes("&page=2")) return [{ id: 200, body: marked, author: { id: 5 } }];
        return {};
      };
      await say(comments(gitLabJob()));
      assert.deepEqual(changes(), ["PUT /api/v4/projects/12/merge_requests/7/notes/200"]);
    });

    it("say what token they need", async () => {
      const { GATE_GITLAB_TOKEN: _, ...without } = gitLabJob();
      await assert.rejects(
        say(comments(without)),
        /GATE_GITLAB_TOKEN is not set: make a project access token/,
      );
      respond = () => undefined;
      await assert.rejects(
        say(comments(gitLabJob())),
        /GitLab refuses to .*: 404 Not Found\. GATE_GITLAB_TOKEN must be/,
      );
    });

    it("open an issue for drift, and close it when there is none", async () => {
      const issue = { iid: 3, description: "<!-- vigil-gate: drift vigil/prod -->\nold" };
      respond = ({ what }) => {
        if (what === "GET /api/v4/user") return { id: 5 };
        return what.startsWith("GET") ? [issue] : {};
      };
      const board = platformOf(gitLabJob())?.issues;
      assert.ok(board);
      await publish(board, "drift vigil/dev", "Drift of vigil/dev", "it is", { settled: false });
      await publish(board, "drift vigil/prod", "Drift of vigil/prod", "it is not", {
        settled: true,
        onlyWhereOpen: true,
      });
      await publish(board, "drift vigil/test", "Drift of vigil/test", "it is not", {
        settled: true,
        onlyWhereOpen: true,
      });
      assert.deepEqual(changes(), ["POST /api/v4/projects/12/issues", "PUT /api/v4/projects/12/issues/3"]);
      assert.equal(asked.findLast(({ what }) => what.startsWith("PUT"))?.body["state_event"], "close");
    });
  });

  describe("of Azure DevOps", () => {
    const threads =
      (...value: object[]): Respond =>
      ({ what }) => {
        if (what.startsWith("GET /org/_apis/connectionData")) return { authenticatedUser: { id: "build" } };
        return what.startsWith("GET") ? { value } : {};
      };
    const path = "/org/project/_apis/git/repositories/repository/pullRequests/7/threads";
    const changes = (): string[] =>
      asked.filter(({ what }) => !what.startsWith("GET")).map(({ what }) => what);

    it("open a thread that waits for somebody where the change is refused", async () => {
      const content = marked;
      respond = threads(
        { id: 1, comments: [{ id: 1, content, author: { id: "somebody" } }] },
        { id: 2, isDeleted: true, comments: [{ id: 1, content, author: { id: "build" } }] },
      );
      await say(comments(azureJob()), false);
      assert.deepEqual(changes(), [`POST ${path}?api-version=7.1`]);
      const last = asked.at(-1);
      assert.equal(last?.body["status"], "active");
      assert.equal(last.headers.authorization, "Bearer token-of-the-job");
    });

    it("change the first comment of their own thread, and close it when all is well", async () => {
      respond = threads({ id: 9, comments: [{ id: 4, content: marked, author: { id: "build" } }] });
      await say(comments(azureJob()));
      assert.deepEqual(changes(), [
        `PATCH ${path}/9/comments/4?api-version=7.1`,
        `PATCH ${path}/9?api-version=7.1`,
      ]);
      assert.deepEqual(asked.at(-1)?.body, { status: "closed" });
    });

    it("say which right is missing", async () => {
      respond = () => undefined;
      await assert.rejects(
        say(comments(azureJob())),
        /404 Not Found\. Allow the project's build service "Contribute/,
      );
    });
  });

  it("are none on anybody's own machine, and have no comments where nothing is reviewed", () => {
    assert.equal(platformOf({}), undefined);
    const push: Platform | undefined = platformOf({ ...gitHubJob(), GITHUB_REF: "refs/heads/main" });
    assert.ok(push);
    assert.equal(push.comments, undefined);
  });

  it("name the commit that is reviewed, not the merge that GitHub makes of it", () => {
    const folder = mkdtempSync(join(tmpdir(), "vigil-event-"));
    try {
      const file = join(folder, "event.json");
      writeFileSync(file, JSON.stringify({ pull_request: { head: { sha: "head" } } }));
      const platform = platformOf({ ...gitHubJob(), GITHUB_SHA: "merge", GITHUB_EVENT_PATH: file });
      assert.equal(platform?.commit, "head");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("say so where nobody answers", async () => {
    const job = { ...gitHubJob(), GITHUB_API_URL: "http://127.0.0.1:9" };
    await assert.rejects(
      say(comments(job)),
      /GitHub cannot be asked to list the comments: 127\.0\.0\.1:9 does not answer/,
    );
  });

  describe("vouch for a pipeline", () => {
    const silent = (): void => undefined;

    it("of GitHub for each cloud's own audience, in files that only their owner reads and that go with it", async () => {
      respond = ({ what }) => ({
        value: `token for ${new URL(what.slice(4), url).searchParams.get("audience") ?? ""}`,
      });
      const identity = await assumeIdentity(
        {
          ...gitHubJob(),
          ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token?api-version=2`,
          ACTIONS_ID_TOKEN_REQUEST_TOKEN: "ask",
          AWS_ROLE_ARN: "arn:aws:iam::1:role/gate",
          AZURE_CLIENT_ID: "client",
          AZURE_TENANT_ID: "tenant",
        },
        silent,
      );
      const { AWS_WEB_IDENTITY_TOKEN_FILE: aws = "", AZURE_FEDERATED_TOKEN_FILE: azure = "" } =
        identity.environment;
      assert.equal(readFileSync(aws, "utf8"), "token for sts.amazonaws.com");
      assert.equal(readFileSync(azure, "utf8"), "token for api://AzureADTokenExchange");
      assert.equal(statSync(aws).mode & 0o777, 0o600);
      assert.equal(identity.environment["ARM_USE_DEFAULT_AZURE_CREDENTIAL"], "true");
      assert.equal(asked[0]?.headers.authorization, "Bearer ask");
      identity.end();
      assert.ok(!existsSync(aws) && !existsSync(azure));
    });

    it("anew before a token is too old, as long as the update runs", async () => {
      let given = 0;
      respond = () => ({ value: `token ${String((given += 1))}` });
      mock.timers.enable({ apis: ["setInterval"] });
      try {
        const { environment, end } = await assumeIdentity(
          {
            ...gitHubJob(),
            ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/token`,
            ACTIONS_ID_TOKEN_REQUEST_TOKEN: "ask",
            AWS_ROLE_ARN: "arn",
          },
          silent,
        );
        const file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "";
        assert.equal(readFileSync(file, "utf8"), "token 1");
        mock.timers.tick(100_000);
        const written = (): boolean => readFileSync(file, "utf8") === "token 2";
        for (const deadline = Date.now() + 5_000; !written() && Date.now() < deadline;) await setImmediate();
        assert.equal(readFileSync(file, "utf8"), "token 2");
        end();
        mock.timers.tick(100_000);
        assert.equal(given, 2);
      } finally {
        mock.timers.reset();
      }
    });

    it("of GitLab by the token that the job declares", async () => {
      const identity = await assumeIdentity(
        { ...gitLabJob(), AWS_ROLE_ARN: "arn", AWS_ID_TOKEN: "of GitLab" },
        silent,
      );
      assert.equal(
        readFileSync(identity.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] ?? "", "utf8"),
        "of GitLab",
      );
      identity.end();
      await assert.rejects(
        assumeIdentity({ ...gitLabJob(), AWS_ROLE_ARN: "arn" }, silent),
        /AWS_ID_TOKEN is not set: give the job id_tokens: AWS_ID_TOKEN: \{ aud: "sts\.amazonaws\.com" \}/,
      );
    });

    it("of Azure Pipelines for the service connection of its task", async () => {
      respond = ({ what }) =>
        what === "POST /oidc?api-version=7.1&serviceConnectionId=connection"
          ? { oidcToken: "of Azure" }
          : undefined;
      const job = {
        ...azureJob(),
        SYSTEM_OIDCREQUESTURI: `${url}/oidc`,
        AZURESUBSCRIPTION_SERVICE_CONNECTION_ID: "connection",
        AZURESUBSCRIPTION_CLIENT_ID: "client",
        AZURESUBSCRIPTION_TENANT_ID: "tenant",
      };
      const { environment, end } = await assumeIdentity(job, silent);
      assert.equal(readFileSync(environment["AZURE_FEDERATED_TOKEN_FILE"] ?? "", "utf8"), "of Azure");
      assert.equal(environment["AZURE_CLIENT_ID"], "client");
      assert.equal(environment["AZURE_TENANT_ID"], "tenant");
      end();
    });

    it("for nobody where no cloud is asked for, or an identity is there already", async () => {
      for (const env of [
        { AWS_ROLE_ARN: "", AZURE_CLIENT_ID: "" },
        { AWS_ROLE_ARN: "arn", AWS_WEB_IDENTITY_TOKEN_FILE: "/var/run/token" },
      ])
        assert.deepEqual((await assumeIdentity({ ...gitHubJob(), ...env }, silent)).environment, {});
    });

    it("not without the right, which a fork cannot have", async () => {
      await assert.rejects(
        assumeIdentity({ ...gitHubJob(), AWS_ROLE_ARN: "arn" }, silent),
        /ACTIONS_ID_TOKEN_REQUEST_URL is not set: give the job "permissions: id-token: write"/,
      );
    });
  });
});
