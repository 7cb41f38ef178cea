/**
 * The context of a classic build as the client packs it: a directory after its ignore file, or what standard input or a
 * URL has.
 *
 * @see docker/cli cli/command/image/build/context.go, dockerignore.go
 */
import { contextEntries, IgnoreMatcher, openArchive, parseIgnoreFile, sourceKind } from "../../../build/index.ts";
import { type LayerEntry, layerToTar } from "../../../content/index.ts";
import { clean, decode, encode, NO_BYTES, StatusError } from "../../../lib/index.ts";
import { archiveContext, gitContext } from "../../build/remote-context.ts";
import { type CliError, failure } from "../../docker/problem.ts";
import type { RequestOf } from "../../docker/request.ts";
import { absolute, followed, kindOf } from "../client-disk.ts";
import type { Session } from "../session.ts";

type ClassicBuild = RequestOf<"build">;

export interface ClassicContext {
  readonly tar: Uint8Array;
  /** How many bytes the client says that it sends. */
  readonly size: number;
  /** Which file of it is the Dockerfile. */
  readonly file: string;
}

const STDIN = "-";
const DOCKERFILE = "Dockerfile";
const IGNORE_FILE = ".dockerignore";
/** Bytes at the end of an archive; the client leaves them out of one that it has changed. */
const ARCHIVE_END = 1024;
const BLOCK = 512;
/** Digits of the name under which a Dockerfile from elsewhere is sent. */
const NAME_DIGITS = 20;

/** @throws CliError for a context or a Dockerfile that cannot be had */
export async function classicContext(session: Session, request: ClassicBuild): Promise<ClassicContext> {
  const { context, file } = request;
  if (context === STDIN) return fromStdin(session.stdin ?? NO_BYTES, file);
  if (sourceKind(context) !== "local") return fromElsewhere(session, request);
  const root = directoryOf(session, context);
  const dockerfile = dockerfileOf(session, root, file);
  const entries = withoutIgnored(session, root, dockerfile.name);
  if (dockerfile.text !== undefined) return withDockerfile(session, entries, dockerfile.text);
  const tar = layerToTar(entries);
  return { tar, size: tar.length, file: dockerfile.name };
}

/** An archive, or a Dockerfile alone. */
function fromStdin(sent: Uint8Array, file: string): ClassicContext {
  const tar = openArchive(sent, { xz: false });
  if (tar !== undefined) return { tar, size: sent.length, file: file === "" ? DOCKERFILE : file };
  if (file !== "") throw unprepared("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles");
  const alone = archiveContext(sent).tar;
  return { tar: alone, size: alone.length, file: DOCKERFILE };
}

/** The client downloads or clones it. */
async function fromElsewhere({ engine }: Session, { context, file }: ClassicBuild): Promise<ClassicContext> {
  const isGit = sourceKind(context) === "git";
  try {
    const { tar } = isGit ? gitContext(context, engine) : archiveContext((await engine.download(context)).content);
    return { tar, size: tar.length, file: file === "" ? DOCKERFILE : file };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const step = isGit
      ? "unable to 'git clone' to temporary context directory: error fetching"
      : `unable to download remote context ${context}`;
    throw unprepared(`${step}: ${error.message}`);
  }
}

/** Where a context is that the command line names. */
function directoryOf({ disk, cwd }: Session, context: string): string {
  const path = absolute(cwd, context);
  const kind = kindOf(disk, path, true);
  if (kind === undefined || kind === "loop") throw unprepared(`path ${JSON.stringify(context)} not found`);
  if (kind !== "dir") throw unprepared(`context must be a directory: ${path}`);
  return followed(disk, path) ?? path;
}

/** The Dockerfile's place in the context; its text if it comes from elsewhere. */
function dockerfileOf(session: Session, root: string, file: string): { readonly name: string; readonly text?: string } {
  const { disk, cwd, client } = session;
  if (file === STDIN) return { name: STDIN, text: decode(session.stdin ?? NO_BYTES) };
  const usual = `${root}/${DOCKERFILE}`;
  const lower = `${root}/${DOCKERFILE.toLowerCase()}`;
  const isLower = kindOf(disk, usual, false) === undefined && kindOf(disk, lower, false) !== undefined;
  const given = file === "" ? (isLower ? lower : usual) : absolute(cwd, file);
  const path = followed(disk, given);
  if (path === undefined) {
    const missing = `lstat ${clean(given)}: no such file or directory`;
    throw unprepared(`unable to evaluate symlinks in Dockerfile path: ${missing}`);
  }
  if (path.startsWith(`${root}/`)) return { name: path.slice(root.length + 1) };
  const content = client.readFile(path);
  if (typeof content === "string") throw failure(`unable to open Dockerfile: open ${file}: ${content}`);
  return { name: STDIN, text: decode(content) };
}

/** The files that are sent: the ignore file and the Dockerfile go along also where the patterns leave them out. */
function withoutIgnored({ disk, client }: Session, root: string, dockerfile: string): LayerEntry[] {
  if (disk === undefined) return [];
  const entries = contextEntries({ disk, path: root }, 0);
  const patterns = client.readFile(`${root}/${IGNORE_FILE}`);
  if (typeof patterns === "string") return [...entries];
  try {
    const matcher = new IgnoreMatcher(parseIgnoreFile(decode(patterns)));
    const kept = new Set([IGNORE_FILE, dockerfile]);
    return entries.filter(({ path }) => kept.has(path) || !matcher.matches(path));
  } catch (error) {
    if (error instanceof StatusError) throw failure(`error checking context: ${error.message}`);
    throw error;
  }
}

/** A Dockerfile that does not lie in the context is sent under a name that nobody has, and is ignored there. */
function withDockerfile({ engine }: Session, entries: readonly LayerEntry[], text: string): ClassicContext {
  const digits = Array.from({ length: NAME_DIGITS }, () => engine.kernel.random.below(16).toString(16));
  const name = `.dockerfile.${digits.join("")}`;
  const added = (path: string, content: string): LayerEntry => {
    return { path, type: "file", mode: 0o600, uid: 0, gid: 0, mtimeUs: 0, content: encode(content) };
  };
  const old = entries.find(({ path }) => path === IGNORE_FILE)?.content;
  const ignored = added(IGNORE_FILE, `${old === undefined ? IGNORE_FILE : decode(old)}\n${name}\n`);
  const all = entries.map((entry) => (entry.path === IGNORE_FILE ? ignored : entry));
  const sent = [...all, added(name, text), ...(old === undefined ? [ignored] : [])];
  const tar = layerToTar(sent);
  const last = sent.at(-1)?.content?.length ?? 0;
  const padding = (BLOCK - (last % BLOCK)) % BLOCK;
  return { tar, size: tar.length - ARCHIVE_END - padding, file: name };
}

const unprepared = (why: string): CliError => failure(`unable to prepare context: ${why}`);
