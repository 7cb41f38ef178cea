/**
 * The files that say how to build: the Dockerfile, and what of the context is to be left out.
 *
 * @see BuildKit frontend/dockerui/config.go, build.go
 */
import type { LayerEntry } from "../../content/index.ts";
import { bytesText } from "../../lib/go/index.ts";
import { basename, decode, dirname, encode, join, NO_BYTES, StatusError } from "../../lib/index.ts";
import { referenceProblem } from "../../oci/index.ts";
import type { BuildRequest, ImageNames } from "../build-request.ts";
import type { Dockerfile } from "../dockerfile/ast.ts";
import { syntaxDirective } from "../dockerfile/directives.ts";
import { BuildError } from "../dockerfile/error.ts";
import { print } from "../dockerfile/print.ts";
import type { ContextSource } from "../files/context-source.ts";
import { IgnoreMatcher, parseIgnoreFile } from "../files/ignore.ts";
import { Transfer } from "../files/transfer.ts";
import { SYNTAX_ARG } from "../frontend/check.ts";
import type { Progress, VertexProgress } from "../progress/progress.ts";

const DEFAULT_NAME = "Dockerfile";
/** What is done for a context that comes as an archive. */
const REMOTE_CONTEXT = "[internal] load remote build context";
const COPY_CONTEXT = "copy /context /";
/** Where a file of the client is read. */
const MOUNT = "/var/lib/docker/tmp/buildkit-mount1";
/** The most symbolic links on the way to a file. */
const MAX_LINKS = 255;

/** @throws BuildError `failed to read dockerfile: open Dockerfile: no such file or directory` */
export function loadDockerfile(
  { context, file = DEFAULT_NAME, dockerfile, fileProblem }: BuildRequest,
  files: readonly LayerEntry[],
  progress: Progress,
): string | Dockerfile {
  const name = basename(file);
  const isFetched = isRemote(context) && dockerfile === undefined;
  const loading = "tar" in context ? context.loading : undefined;
  const shown = progress.start(
    isFetched ? (loading?.name ?? REMOTE_CONTEXT) : `[internal] load build definition from ${name}`,
  );
  if (fileProblem === "unsent") {
    shown.fail("no local sources enabled");
    throw new BuildError("failed to read dockerfile: no local sources enabled");
  }
  const isThere = fileProblem === undefined;
  const found = dockerfile === undefined && isThere ? findDockerfile(files, file) : undefined;
  const entry = dockerfile === undefined ? found : fileEntry(name, dockerfile);
  if (!isFetched) shown.status(`transferring dockerfile: ${transferred(entry, files)}`);
  else for (const { stream, text } of loading?.log ?? []) shown.log(stream, encode(text));
  shown.complete(false);
  if (isFetched && loading === undefined) progress.start(COPY_CONTEXT).complete(false);
  if (dockerfile !== undefined) return dockerfile;
  if (fileProblem === "directory" || entry?.type === "dir")
    throw new BuildError(`failed to read dockerfile: read ${MOUNT}/${name}: is a directory`);
  if (entry === undefined) throw new BuildError(`failed to read dockerfile: open ${name}: no such file or directory`);
  return decode(entry.content ?? NO_BYTES);
}

/** Asks for another frontend if one is named. @throws BuildError if nobody has it */
export async function loadFrontend(
  { buildArgs = {} }: BuildRequest,
  source: string | Dockerfile,
  images: ImageNames,
  progress: Progress,
): Promise<void> {
  const directive = typeof source === "string" ? syntaxDirective(source) : undefined;
  const named = typeof source === "string" ? directive?.image : source.directives?.syntax;
  const given = buildArgs[SYNTAX_ARG];
  const syntax = given ?? named;
  if (syntax === undefined || syntax === "") return;
  const line = given === undefined ? directive?.line : undefined;
  const refuse = (message: string): BuildError =>
    new BuildError(message).at(line === undefined ? undefined : { startLine: line, endLine: line });
  const problem = referenceProblem(syntax);
  if (problem !== undefined) throw refuse(`invalid context name ${syntax}: ${problem}`);
  const name = `docker-image://${images.fullName(syntax)}`;
  const shown = progress.start(`resolve image config for ${name}`);
  const end = await resolved(() => images.resolveFrontend(syntax), shown, refuse);
  shown.complete(false);
  if (end === undefined) return;
  progress.start(name).complete(true);
  throw refuse(`exit code: ${end.exitCode}`);
}

async function resolved<T>(
  resolve: () => T | Promise<T>,
  shown: VertexProgress,
  refuse: (message: string) => BuildError,
): Promise<T> {
  try {
    return await resolve();
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    shown.fail(withoutPrefix(error.message));
    throw refuse(error.message);
  }
}

/** A context that was not read from a client's directory. */
export function isRemote(context: ContextSource): boolean {
  return "tar" in context && context.isRemote === true;
}

/** `NAME.dockerignore` beside the Dockerfile comes before `.dockerignore`; an archive has none. */
export function loadIgnoreFile(
  { context, file, dockerfile, ignoreFile }: BuildRequest,
  files: readonly LayerEntry[],
  progress: Progress,
): IgnoreMatcher | undefined {
  if (isRemote(context)) return undefined;
  const shown = progress.start("[internal] load .dockerignore");
  // A Dockerfile that does not lie in the context has nothing beside it.
  const beside = `${file ?? DEFAULT_NAME}.dockerignore`;
  const read = dockerfile === undefined ? findFile(files, beside) : undefined;
  const own = ignoreFile === undefined ? read : fileEntry(basename(beside), ignoreFile);
  const entry = own ?? ("tar" in context ? undefined : findFile(files, ".dockerignore"));
  shown.status(`transferring context: ${transferred(entry)}`);
  shown.complete(false);
  return entry === undefined ? undefined : ignoreMatcher(entry);
}

/** The `.dockerignore` of a named context. */
export function loadContextIgnoreFile(
  name: string,
  files: readonly LayerEntry[],
  progress: Progress,
): IgnoreMatcher | undefined {
  const shown = progress.start(`[context ${name}] load .dockerignore`);
  const entry = findFile(files, ".dockerignore");
  shown.status(`transferring ${name}: ${transferred(entry)}`);
  shown.complete(false);
  return entry === undefined ? undefined : ignoreMatcher(entry);
}

/** What the registry said, without what was asked for. */
export function withoutPrefix(message: string): string {
  return message.replace(/^failed to resolve source metadata for [^ ]+: /, "");
}

function ignoreMatcher({ content = NO_BYTES }: LayerEntry): IgnoreMatcher {
  return new IgnoreMatcher(parseIgnoreFile(decode(content)));
}

/** A directory is sent with what is in it. */
function transferred(entry: LayerEntry | undefined, files: readonly LayerEntry[] = []): string {
  if (entry === undefined) return bytesText(new Transfer().send([]));
  const below = entry.type === "dir" ? files.filter(({ path }) => path.startsWith(`${entry.path}/`)) : [];
  return bytesText(new Transfer().send([entry, ...below]));
}

/** A file that the client writes in order to send it has a time of today; which one does not show. */
const SENT_US = 1_735_689_600_000_000;

function fileEntry(path: string, dockerfile: string | Dockerfile): LayerEntry {
  const content = encode(typeof dockerfile === "string" ? dockerfile : print(dockerfile));
  return { path, type: "file", mode: 0o644, uid: 0, gid: 0, mtimeUs: SENT_US, content };
}

/** Under its usual name it may also be written in lower case. */
function findDockerfile(files: readonly LayerEntry[], file: string): LayerEntry | undefined {
  const found = findFile(files, file);
  return found === undefined && file === DEFAULT_NAME ? findFile(files, file.toLowerCase()) : found;
}

/** A file or a directory; symbolic links are followed inside of the context. */
function findFile(files: readonly LayerEntry[], path: string): LayerEntry | undefined {
  let wanted = join("/", path).slice(1);
  for (let followed = 0; followed < MAX_LINKS; followed++) {
    const found = files.find(
      (entry) => entry.path === wanted || (entry.type === "symlink" && wanted.startsWith(`${entry.path}/`)),
    );
    if (found?.type !== "symlink") return found;
    const { link = "" } = found;
    const directory = link.startsWith("/") ? "" : dirname(found.path);
    wanted = join("/", directory, link, wanted.slice(found.path.length)).slice(1);
  }
  return undefined;
}
