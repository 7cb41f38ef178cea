/**
 * `docker build`: the client's half - options, the context, showing progress and what went wrong.
 *
 * @see docker/buildx commands/build.go, build/build.go
 */
import {
  BuildError,
  type BuildListener,
  type BuildRequest,
  type CheckResult,
  checkDocument,
  outlineDocument,
  PlainProgress,
  printCheck,
  printCheckError,
  printError,
  printOutline,
  printTargets,
  printWarnings,
  RawJsonProgress,
  type SourceText,
  targetsDocument,
} from "../../../build/index.ts";
import { basename, StatusError } from "../../../lib/index.ts";
import type { Session } from "../session.ts";
import { checkMetadataFile, METADATA_STEP, metadataOf, writeImageId } from "./metadata.ts";
import { type DockerBuild, OptionError } from "./option.ts";
import { carryOut, exportsOf, outputsOf } from "./outputs.ts";
import { buildRequest, dockerfileText, shownName } from "./request.ts";

/** Prints what a build does; `end` prints what is left when it has ended. */
interface Display {
  readonly listener: BuildListener;
  /** Shows a step that the client itself does. */
  tell(step: string, timeUs: number): void;
  end(): void;
}

export async function buildImage(session: Session, request: DockerBuild): Promise<number> {
  let source: SourceText = { text: "" };
  let display: Display | undefined;
  try {
    display = displayOf(session, request);
    const build = await buildRequest(session, request);
    source = { text: dockerfileText(session, request, build), fileName: basename(build.file ?? "Dockerfile") };
    const { call } = request;
    if (call !== "build" && call !== "") return await ask(session, request, build, source, display);
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
  checkMetadataFile(session, request.metadataFile);
  const outputs = outputsOf(session, request);
  const exported = { ...build, ...exportsOf(outputs, request.tags) };
  const make = () => session.engine.build({ ...exported, onEvent: display.listener });
  const result = await session.call("ImageBuild", "", make);
  const { image, warnings } = result;
  await carryOut(session, outputs, image, exported.tags);
  const { metadataFile } = request;
  if (metadataFile !== "") {
    display.tell(METADATA_STEP, session.engine.kernel.nowUs);
    session.write(metadataFile, JSON.stringify(metadataOf(session, request, exported, result), null, 2));
  }
  display.end();
  if (showsText(request)) session.err(printWarnings(warnings));
  const id = exported.exports?.includes("image") === false ? "" : image.id;
  writeImageId(session, request.iidFile, id);
  if (request.quiet) session.lines([id]);
}

/** `--call`: asks about the Dockerfile instead of building it. */
async function ask(
  session: Session,
  request: DockerBuild,
  build: BuildRequest,
  source: SourceText,
  display: Display,
): Promise<number> {
  const { call, isJson } = parseCall(request.call);
  const asked = { ...build, onEvent: display.listener };
  try {
    if (call === "outline") return await showOutline(session, request, source, asked, isJson);
    if (call !== "check" && call !== "lint" && call !== "targets")
      throw new BuildError(`unsupported request frontend.${call}: unsupported request frontend.${call}`);
    if (call === "targets") {
      const targets = await session.engine.builder.targets(asked);
      display.end();
      session.out(isJson ? json(targetsDocument(targets, source.text)) : printTargets(targets));
      return 0;
    }
    const result = await session.engine.builder.check(asked);
    display.end();
    return showCheck(session, request, source, result, isJson);
  } catch (error) {
    // Who asks gets no excerpt of the place.
    throw error instanceof BuildError ? error.onlyAt(undefined) : error;
  }
}

async function showOutline(
  session: Session,
  request: DockerBuild,
  { text }: SourceText,
  asked: BuildRequest,
  isJson: boolean,
): Promise<number> {
  const outline = await session.engine.builder.outline(asked);
  if (showsText(request)) session.err(printWarnings(outline.warnings));
  session.out(isJson ? json(outlineDocument(outline, text)) : printOutline(outline));
  return 0;
}

function showCheck(
  session: Session,
  request: DockerBuild,
  source: SourceText,
  result: CheckResult,
  isJson: boolean,
): number {
  const { warnings, error } = result;
  const named = { ...source, fileName: shownName(request) };
  const { text, fileName = "" } = source;
  session.out(isJson ? json(checkDocument(result, { text, fileName })) : printCheck(warnings, named, error));
  if (error !== undefined) session.err(printCheckError(error, named));
  return warnings.length > 0 || error !== undefined ? 1 : 0;
}

/** `NAME[,format=FORMAT]`; every format but JSON is text. @throws OptionError */
function parseCall(text: string): { readonly call: string; readonly isJson: boolean } {
  const [call = "", ...options] = text.split(",");
  if (options.some((option) => !option.includes("="))) throw new OptionError(`invalid print value: ${text}`);
  return { call, isJson: options.includes("format=json") };
}

const json = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;

const MODES = new Set(["", "auto", "plain", "tty", "quiet", "none", "rawjson"]);

function modeOf(request: DockerBuild): string {
  const { progress: mode } = request;
  if (!MODES.has(mode)) throw new OptionError(`invalid progress mode ${mode}`);
  if (!request.quiet) return mode === "" ? "auto" : mode;
  if (mode !== "auto" && mode !== "" && mode !== "quiet" && mode !== "none")
    throw new OptionError(`progress=${mode} and quiet cannot be used together`);
  return "quiet";
}

/** Warnings are repeated at the end where people read along. */
function showsText(request: DockerBuild): boolean {
  return ["auto", "plain", "tty"].includes(modeOf(request));
}

function displayOf(session: Session, request: DockerBuild): Display {
  const mode = modeOf(request);
  const show = (text: string): void => {
    if (text !== "") session.err(text);
  };
  if (mode === "quiet" || mode === "none") return { listener: () => {}, tell: () => {}, end: () => {} };
  if (mode === "rawjson") {
    const lines = new RawJsonProgress();
    return { ...telling((event) => show(lines.print(event))), end: () => {} };
  }
  const plain = new PlainProgress();
  return { ...telling((event) => show(plain.print(event))), end: () => show(plain.end()) };
}

/** Steps of the client are numbered after those of the build. */
function telling(print: BuildListener): Pick<Display, "listener" | "tell"> {
  let last = 0;
  return {
    listener: (event) => {
      last = Math.max(last, event.vertex);
      print(event);
    },
    tell: (name, timeUs) => {
      const vertex = last + 1;
      print({ kind: "started", vertex, name, timeUs });
      print({ kind: "completed", vertex, cached: false, timeUs });
    },
  };
}
