/** Where a pipeline runs: what is reviewed there, and how the gate speaks to people. */
import { azureDevOps } from "./azureDevOps.ts";
import { gitHub } from "./gitHub.ts";
import { gitLab } from "./gitLab.ts";

/** Something that the gate has written before. */
export interface Post {
  readonly id: string;
  readonly body: string;
}

/** A place for posts: the comments of a change under review, or the open issues about drift. */
export interface Board {
  /** Those that the gate's own account has written; another's may say anything. */
  own(): Promise<readonly Post[]>;
  /** @param settled whether nobody needs to act on it */
  create(title: string, body: string, settled: boolean): Promise<void>;
  update(id: string, body: string, settled: boolean): Promise<void>;
}

export interface Platform {
  readonly name: string;
  /** Most bytes of one post. */
  readonly limit: number;
  readonly commit?: string | undefined;
  /** Address of this run. */
  readonly run?: string | undefined;
  /** The comments of the change under review; absent where nothing is reviewed. */
  readonly comments?: Board | undefined;
  /** Issues; absent where the platform has none that a pipeline can open. */
  readonly issues?: Board | undefined;
  /** Puts a report on the page of the run, where there is such a place. */
  readonly summarise?: (markdown: string) => void;
}

/**
 * The platform that these variables are of; undefined on anybody's own machine.
 * @throws where a pipeline lacks what a comment needs, such as a token
 */
export function platformOf(env: NodeJS.ProcessEnv): Platform | undefined {
  if (env["GITHUB_ACTIONS"] === "true") return gitHub(env);
  if (env["GITLAB_CI"] === "true") return gitLab(env);
  if (env["TF_BUILD"]?.toLowerCase() === "true") return azureDevOps(env);
  return undefined;
}

/**
 * One post for one purpose, brought up to date rather than written anew.
 * @param key what it is about, such as `preview vigil/prod`
 */
export async function publish(
  board: Board,
  key: string,
  title: string,
  markdown: string,
  { settled, onlyWhereOpen = false }: { readonly settled: boolean; readonly onlyWhereOpen?: boolean },
): Promise<void> {
  const marker = markerOf(key);
  const body = `${marker}\n${markdown}`;
  const [post] = (await board.own()).filter((one) => one.body.startsWith(marker));
  if (post !== undefined) await board.update(post.id, body, settled);
  else if (!onlyWhereOpen) await board.create(title, body, settled);
}

/** Room that the marker takes from a comment. */
export function markerBytes(key: string): number {
  return Buffer.byteLength(`${markerOf(key)}\n`);
}

/** Shown by none of the platforms. */
function markerOf(key: string): string {
  return `<!-- vigil-gate: ${key.replaceAll(/[^\w./ -]|--+/g, "_")} -->`;
}
