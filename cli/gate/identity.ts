/**
 * The clouds' own identities for a pipeline, out of the token that its platform vouches with: no key is stored anywhere.
 *
 * The engine, its state, its secrets provider and every provider read the same file: the SDK of AWS by
 * AWS_WEB_IDENTITY_TOKEN_FILE, that of Azure by AZURE_FEDERATED_TOKEN_FILE (its DefaultAzureCredential). Such tokens live for
 * minutes, and roles for an hour, so a long update needs fresh ones: the file is written anew as long as it runs.
 */
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { needed, request } from "./api.ts";

export interface Identity {
  /** Variables for the engine. */
  readonly environment: NodeJS.ProcessEnv;
  /** Removes the tokens. */
  readonly end: () => void;
}

/** A third of what the shortest-lived of them, GitHub's, lasts. */
const refreshEvery = 100_000;

interface Cloud {
  readonly audience: string;
  /** Variable of the token that GitLab writes into a job. */
  readonly gitLab: string;
  /** What the engine gets besides. */
  readonly environment: (file: string, env: NodeJS.ProcessEnv) => NodeJS.ProcessEnv;
}

const aws: Cloud = {
  audience: "sts.amazonaws.com",
  gitLab: "AWS_ID_TOKEN",
  environment: (file, env) => ({
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_SESSION_NAME: env["AWS_ROLE_SESSION_NAME"] ?? "vigil-gate",
  }),
};

const azure: Cloud = {
  audience: "api://AzureADTokenExchange",
  gitLab: "AZURE_ID_TOKEN",
  environment: (file, env) => ({
    AZURE_FEDERATED_TOKEN_FILE: file,
    AZURE_CLIENT_ID: azureClient(env),
    AZURE_TENANT_ID: env["AZURE_TENANT_ID"] || env["AZURESUBSCRIPTION_TENANT_ID"],
    // azure-native reads that file only by the SDK's default chain (provider/pkg/provider/auth_azidentity.go).
    ARM_USE_DEFAULT_AZURE_CREDENTIAL: "true",
  }),
};

/**
 * What the variables of a pipeline ask for: an AWS role (AWS_ROLE_ARN), an Azure application (AZURE_CLIENT_ID, or that of the
 * service connection of an AzureCLI task), both, or nothing. What is set already, as on a person's machine, is left alone.
 * @throws where the platform vouches for nobody, with what the job lacks
 */
export async function assumeIdentity(env: NodeJS.ProcessEnv, say: (line: string) => void): Promise<Identity> {
  const source = tokenSource(env);
  // A variable that nobody has set arrives empty.
  const wanted = [
    ...(env["AWS_ROLE_ARN"] && !env["AWS_WEB_IDENTITY_TOKEN_FILE"] ? [aws] : []),
    ...(azureClient(env) && !env["AZURE_FEDERATED_TOKEN_FILE"] ? [azure] : []),
  ];
  if (source === undefined || wanted.length === 0) return { environment: {}, end: () => undefined };
  const folder = mkdtempSync(join(tmpdir(), "vigil-identity-"));
  chmodSync(folder, 0o700);
  const files = wanted.map((cloud, index) => ({ cloud, file: join(folder, `token-${String(index)}`) }));
  const refresh = async (): Promise<void> => {
    for (const { cloud, file } of files) {
      // Written whole, then named: nobody reads half a token.
      writeFileSync(`${file}.draft`, await source(cloud), { mode: 0o600 });
      renameSync(`${file}.draft`, file);
    }
  };
  try {
    await refresh();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const timer = setInterval(() => {
    refresh().catch((error: unknown) => {
      say(`the token of the pipeline could not be renewed: ${String(error)}`);
    });
  }, refreshEvery);
  timer.unref();
  return {
    environment: files.reduce((all, { cloud, file }) => ({ ...all, ...cloud.environment(file, env) }), {}),
    end: () => {
      clearInterval(timer);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The application of the pipeline, or of the service connection that its task runs with. */
function azureClient(env: NodeJS.ProcessEnv): string | undefined {
  return env["AZURE_CLIENT_ID"] || env["AZURESUBSCRIPTION_CLIENT_ID"];
}

/** How the platform gives a token for a cloud; undefined on anybody's own machine. */
function tokenSource(env: NodeJS.ProcessEnv): ((cloud: Cloud) => Promise<string>) | undefined {
  if (env["GITHUB_ACTIONS"] === "true") return (cloud) => fromGitHub(env, cloud);
  if (env["GITLAB_CI"] === "true")
    return (cloud) =>
      Promise.resolve(
        needed(env, cloud.gitLab, `give the job id_tokens: ${cloud.gitLab}: { aud: "${cloud.audience}" }`),
      );
  if (env["TF_BUILD"]?.toLowerCase() === "true") return () => fromAzurePipelines(env);
  return undefined;
}

/** @see https://docs.github.com/en/actions/reference/security/oidc */
async function fromGitHub(env: NodeJS.ProcessEnv, { audience }: Cloud): Promise<string> {
  const remedy = 'give the job "permissions: id-token: write"; a pull request of a fork cannot have it';
  const url = new URL(needed(env, "ACTIONS_ID_TOKEN_REQUEST_URL", remedy));
  url.searchParams.set("audience", audience);
  const { body } = await request<{ value: string }>(
    {
      name: "GitHub",
      base: url.href,
      headers: { Authorization: `Bearer ${needed(env, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", remedy)}` },
      remedy,
    },
    "vouch for this job",
    "GET",
    url.href,
  );
  return body.value;
}

/** For the service connection of the task that runs the gate. The audience is Azure's, whoever is asked. */
async function fromAzurePipelines(env: NodeJS.ProcessEnv): Promise<string> {
  const remedy =
    "run the gate in an AzureCLI@2 task, with a service connection by workload identity federation";
  const url = new URL(needed(env, "SYSTEM_OIDCREQUESTURI", remedy));
  url.searchParams.set("api-version", "7.1");
  url.searchParams.set("serviceConnectionId", needed(env, "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", remedy));
  const token = needed(
    env,
    "SYSTEM_ACCESSTOKEN",
    "give the step env SYSTEM_ACCESSTOKEN: $(System.AccessToken)",
  );
  const { body } = await request<{ oidcToken: string }>(
    {
      name: "Azure DevOps",
      base: url.href,
      headers: { Authorization: `Bearer ${token}`, "X-TFS-FedAuthRedirect": "Suppress" },
      remedy,
    },
    "vouch for this job",
    "POST",
    url.href,
    {},
  );
  return body.oidcToken;
}
