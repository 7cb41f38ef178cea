/**
 * `docker build`: the client's half - finding the context and the Dockerfile, showing progress and what went wrong.
 *
 * @see docker/buildx commands/build.go, build/build.go
 */
import {
  BuildError,
  type BuildRequest,
  type ContextSource,
  PlainProgress,
  printError,
  printWarnings,
} from "../../build/index.ts";
import { clean, decode, join, StatusError } from "../../lib/index.ts";
import type { RequestOf } from "../docker/request.ts";
import type { Session } from "./session.ts";

type DockerBuild = RequestOf<"build" | "buildx build">;

const STDIN = "-";

export async function buildImage(session: Session, request: DockerBuild): Promise<number> {
  const quiet = request.quiet;
  const plain = new PlainProgress();
  const show = (text: string): void => {
    if (!quiet && text !== "") session.err(text);
  };
  let dockerfile = "";
  try {
    const build = buildRequest(session, request);
    dockerfile = typeof build.dockerfile === "string" ? build.dockerfile : readFile(session, request);
    const { image, warnings } = await session.engine.build({ ...build, onEvent: (event) => show(plain.print(event)) });
    show(plain.end());
    show(printWarnings(warnings));
    if (quiet) session.lines([image.id]);
    return 0;
  } catch (error) {
    show(plain.end());
    if (error instanceof BuildError) session.err(printError(error, { text: dockerfile }));
    else if (error instanceof StatusError) session.err(`ERROR: failed to build: ${error.message}\n`);
    else throw error;
    return 1;
  }
}

function buildRequest(session: Session, request: DockerBuild): BuildRequest {
  const isText = request.context === STDIN || request.file === STDIN;
  const { tags, target, noCache, file } = request;
  return {
    context: contextOf(session, request),
    tags,
    noCache:
      noCache || ("noCacheFilter" in request && request.noCacheFilter.length > 0 ? request.noCacheFilter : false),
    ...(target === "" ? {} : { target }),
    ...(isText ? { dockerfile: decode(session.stdin ?? new Uint8Array()) } : {}),
    ...(file === "" || isText ? {} : { file: relativeTo(session, request.context, file) }),
    buildArgs: valuesOf(request.buildArgs),
    labels: valuesOf(request.labels),
  };
}

/** A directory of the client's disk; nothing if the Dockerfile itself comes in by standard input. */
function contextOf({ disk, cwd }: Session, { context }: DockerBuild): ContextSource {
  if (context === STDIN) return { files: {} };
  if (disk === undefined) {
    throw new StatusError("not-found", `unable to prepare context: path ${JSON.stringify(context)} not found`);
  }
  return { disk, path: context.startsWith("/") ? clean(context) : join(cwd, context), shownAs: context };
}

/** `--file` is relative to where the command is called; the build knows it relative to the context. */
function relativeTo({ cwd }: Session, context: string, file: string): string {
  const absolute = file.startsWith("/") ? clean(file) : join(cwd, file);
  const root = context.startsWith("/") ? clean(context) : join(cwd, context);
  return absolute.startsWith(`${root}/`) ? absolute.slice(root.length + 1) : file;
}

function readFile({ disk, cwd }: Session, { context, file }: DockerBuild): string {
  const path = file === "" ? join(cwd, context, "Dockerfile") : join(cwd, file);
  try {
    const content = disk?.readFileSync(path) ?? "";
    return typeof content === "string" ? content : decode(content);
  } catch {
    // The build says what is wrong with it.
    return "";
  }
}

/** `NAME=value` texts, or a map; a bare name would come from the client's environment, which has nothing. */
function valuesOf(
  given: readonly string[] | Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const pairs = Array.isArray(given) ? given.map(splitPair) : Object.entries(given);
  return Object.fromEntries(pairs.flatMap(([name, value]) => (value === null ? [] : [[name, value]])));
}

function splitPair(text: string): [name: string, value: string | null] {
  const equals = text.indexOf("=");
  return equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
}
