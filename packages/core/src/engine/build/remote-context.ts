/**
 * Build contexts that are somewhere else: a git repository, an archive behind a URL, or a Dockerfile alone.
 *
 * @see BuildKit frontend/dockerui/context.go DetectGitContext, DetectHTTPContext
 */
import {
  BuildError,
  type ContextLoading,
  checkOut,
  type Download,
  type GitPlace,
  gitContextSource,
  openArchive,
  rethrow,
  sourceKind,
  wantedCommit,
} from "../../build/index.ts";
import { layerToTar } from "../../content/index.ts";
import type { GitRepository } from "../../git/index.ts";
import { isTrue } from "../../lib/go/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { Prng } from "../../sim/index.ts";

/** A context that was fetched: an archive of its files, and what is told of the fetching. */
export interface RemoteContext {
  readonly tar: Uint8Array;
  readonly isRemote: true;
  readonly loading?: ContextLoading;
}

/** What a context is got with. */
export interface ContextPlace {
  readonly download: (url: string) => Promise<Download>;
  readonly findRepository: (address: string) => GitRepository | undefined;
  readonly kernel: { readonly nowUs: number };
  readonly world: { readonly prng: Prng };
}

/** What a client can say of a context besides its URL. */
export interface ContextOptions {
  /** `.git` stays: the build argument BUILDKIT_CONTEXT_KEEP_GIT_DIR. */
  readonly keepsGitDir?: boolean;
  /** The client forwards its agent. */
  readonly hasAgent?: boolean;
}

/** `undefined` for what is no URL. @throws BuildError */
export async function remoteContext(
  url: string,
  place: ContextPlace,
  options: ContextOptions = {},
): Promise<RemoteContext | undefined> {
  const kind = sourceKind(url);
  if (kind === "local") return undefined;
  if (kind === "git") return gitContext(url, place, options);
  try {
    const { content } = await place.download(url);
    return archiveContext(content);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw new BuildError(`failed to read downloaded context: failed to load cache key: ${error.message}`);
  }
}

/** The build argument that says whether `.git` stays in a context. */
export function keepsGitDir(buildArgs: Readonly<Record<string, string>> = {}): boolean {
  return isTrue(buildArgs["BUILDKIT_CONTEXT_KEEP_GIT_DIR"] ?? "");
}

/** The files of a commit, with what git said. @throws BuildError */
export function gitContext(
  url: string,
  { findRepository, kernel, world }: ContextPlace,
  { keepsGitDir: keeps = false, hasAgent = false }: ContextOptions = {},
): RemoteContext {
  const source = gitContextSource(url, keeps);
  const git: GitPlace = { find: findRepository, hasAgent, prng: world.prng };
  const log: { readonly stream: "stdout" | "stderr"; readonly text: string }[] = [];
  const tell = (stream: "stdout" | "stderr", text: string): void => void log.push({ stream, text });
  const unread = (prefix: string) => (error: BuildError) => error.prefixed(`failed to read dockerfile${prefix}`);
  rethrow(() => wantedCommit(git, source, tell), unread(source.usesSsh ? "" : ": failed to load cache key"));
  const entries = rethrow(() => checkOut(git, source, tell, kernel.nowUs), unread(""));
  return { tar: layerToTar(entries), isRemote: true, loading: { name: `[internal] load git source ${url}`, log } };
}

/** An archive, compressed or not; anything else is a Dockerfile alone. */
export function archiveContext(content: Uint8Array): RemoteContext {
  return { tar: openArchive(content, { xz: false }) ?? archiveOf(content), isRemote: true };
}

function archiveOf(content: Uint8Array): Uint8Array {
  return layerToTar([{ path: "Dockerfile", type: "file", mode: 0o600, uid: 0, gid: 0, mtimeUs: 0, content }]);
}
