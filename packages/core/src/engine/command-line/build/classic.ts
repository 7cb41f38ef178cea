/**
 * `docker build` without BuildKit: the client sends the whole context as an archive, and prints what the daemon tells.
 *
 * @see docker/cli cli/command/image/build.go
 */
import { ClassicBuildError, openClassicBuild } from "../../classic-build/index.ts";
import { failure } from "../../docker/problem.ts";
import type { RequestOf } from "../../docker/request.ts";
import { humanSize } from "../../docker/values/human.ts";
import { rlimits } from "../../spec.ts";
import { platformOf } from "../images.ts";
import type { Session } from "../session.ts";
import { classicContext } from "./classic-context.ts";
import { removeImageId, writeImageId } from "./image-id.ts";

type ClassicBuild = RequestOf<"build">;

export async function buildClassic(session: Session, request: ClassicBuild): Promise<number> {
  const { quiet: isQuiet } = request;
  // With `--quiet`, everything is kept back, and shown only if something goes wrong.
  const kept: string[] = [];
  const say = (text: string): void => void (isQuiet ? kept.push(text) : session.out(text));
  const stale = removeImageId(session, request.iidFile);
  if (stale !== undefined) throw failure(`Removing image ID file: ${stale}`);
  const sent = await classicContext(session, request);
  say(`Sending build context to Docker daemon  ${humanSize(sent.size).padStart(7)}\r\r\n`);
  let id = "";
  try {
    id = await session.call("ImageBuild", "", () => build(session, request, sent, say));
  } catch (error) {
    for (const text of kept) session.err(text);
    if (!(error instanceof ClassicBuildError)) throw error;
    session.err(`${error.message}\n`);
    return error.code ?? 1;
  }
  if (isQuiet) session.out(id);
  const problem = writeImageId(session, request.iidFile, id);
  if (problem !== undefined) throw failure(problem);
  return 0;
}

/** The id of the image, with what ends a line where nothing else is told. @throws ClassicBuildError */
async function build(
  session: Session,
  request: ClassicBuild,
  { tar, file }: { readonly tar: Uint8Array; readonly file: string },
  say: (text: string) => void,
): Promise<string> {
  const buildArgs = Object.entries(request.buildArgs).flatMap(([name, value]) =>
    value === null ? [] : [[name, value] as const],
  );
  if (request.platform !== "") platformOf(request.platform);
  const start = await openClassicBuild(session.engine, {
    ...request,
    tar,
    file,
    buildArgs: Object.fromEntries(buildArgs),
    rlimits: rlimits(request.ulimits),
    shmSizeBytes: request.shmSize,
    limits: {
      Memory: request.memory,
      MemorySwap: request.memorySwap,
      CpuShares: request.cpuShares,
      CpuPeriod: request.cpuPeriod,
      CpuQuota: request.cpuQuota,
      CpusetCpus: request.cpusetCpus,
      CpusetMems: request.cpusetMems,
    },
    isQuiet: request.quiet,
  });
  let id = "";
  const hear = (text: string): void => {
    if (request.quiet && text.startsWith("sha256:")) id = text;
    else say(text);
  };
  try {
    await start((message) => {
      if ("aux" in message) id = message.aux.ID;
      else hear(message.stream);
    }, session.signal);
  } catch (error) {
    if (error instanceof ClassicBuildError || session.signal?.aborted === true) throw error;
    throw new ClassicBuildError(error instanceof Error ? error.message : String(error));
  }
  return id;
}
