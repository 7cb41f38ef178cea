/**
 * `docker build`: the client's half - options, the context, showing progress and what went wrong.
 *
 * @see docker/buildx commands/build.go, build/build.go
 */
import { BuildError, type BuildRequest, printError, type SourceText } from "../../../build/index.ts";
import { basename, StatusError } from "../../../lib/index.ts";
import type { Session } from "../session.ts";
import { ask } from "./ask.ts";
import { type Display, displayOf } from "./display.ts";
import { removeImageId, writeImageId } from "./image-id.ts";
import { METADATA_STEP, metadataOf, writeMetadata } from "./metadata.ts";
import { type DockerBuild, OptionError } from "./option.ts";
import { carryOut, exportsOf, outputsOf } from "./outputs.ts";
import { buildRequest, dockerfileText } from "./request.ts";
import { checkBuilder } from "./unsupported.ts";

/** Nothing is told but the id of the image. */
const isQuiet = ({ quiet, progress }: DockerBuild): boolean => quiet || progress === "quiet";

export async function buildImage(session: Session, request: DockerBuild): Promise<number> {
  let source: SourceText = { text: "" };
  let display: Display | undefined;
  try {
    const stale = removeImageId(session, request.iidFile);
    if (stale !== undefined) throw new OptionError(`removing image ID file: ${stale}`);
    checkBuilder(request, session);
    display = displayOf(session, request);
    const build = await buildRequest(session, request);
    source = { text: dockerfileText(session, request, build), fileName: basename(build.file ?? "Dockerfile") };
    const [call] = request.call.split(",", 1);
    if (call !== "build" && call !== "") {
      // There is no image whose id could be told.
      const idLine = isQuiet(request) ? "\n" : "";
      return await ask(session, request, build, source, { ...display, lead: idLine });
    }
    await buildAndExport(session, request, build, display);
    return 0;
  } catch (error) {
    display?.end();
    if (error instanceof OptionError) session.err(`ERROR: ${error.message}\n`);
    else if (error instanceof BuildError) session.err(printError(error, source));
    else if (error instanceof StatusError) session.err(`ERROR: failed to build: ${error.message}\n`);
    else throw error;
    return 1;
  }
}

async function buildAndExport(
  session: Session,
  request: DockerBuild,
  build: BuildRequest,
  display: Display,
): Promise<void> {
  const startedUs = session.engine.kernel.nowUs;
  const outputs = outputsOf(session, request);
  const exported = { ...build, ...exportsOf(outputs, request.tags) };
  const make = () => session.engine.build({ ...exported, onEvent: display.listener });
  const result = await session.call("ImageBuild", "", make);
  const { image } = result;
  await carryOut(session, outputs, result, exported.tags);
  const { iidFile, metadataFile } = request;
  if (metadataFile !== "") display.tell(METADATA_STEP, session.engine.kernel.nowUs);
  display.end();
  const id = exported.exports?.includes("image") === false ? "" : image.id;
  if (isQuiet(request)) session.out(`${id}\n`);
  const problem = writeImageId(session, iidFile, id);
  if (problem !== undefined) throw new OptionError(`writing image ID file: ${problem}`);
  if (metadataFile === "") return;
  writeMetadata(session, metadataFile, metadataOf(session, request, exported, { ...result, startedUs }));
}
