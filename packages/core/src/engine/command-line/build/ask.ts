/**
 * `docker build --call`: asks about a Dockerfile instead of building it.
 *
 * @see docker/buildx commands/build.go printResult; BuildKit frontend/subrequests
 */
import {
  BuildError,
  type BuildRequest,
  type CheckResult,
  checkDocument,
  type LoadedFrom,
  outlineDocument,
  printCheck,
  printCheckError,
  printOutline,
  printRequests,
  printTargets,
  requestsDocument,
  type SourceText,
  sourceKind,
  targetsDocument,
} from "../../../build/index.ts";
import { goJsonLines } from "../../../oci/index.ts";
import type { Session } from "../session.ts";
import type { Display } from "./display.ts";
import { buildName, isUpload } from "./metadata.ts";
import { type DockerBuild, OptionError } from "./option.ts";
import { shownName } from "./request.ts";

/** `--call`: asks about the Dockerfile instead of building it. */
export async function ask(
  session: Session,
  request: DockerBuild,
  build: BuildRequest,
  source: SourceText,
  display: Display,
): Promise<number> {
  const { call, isJson } = parseCall(request.call);
  const asked = { ...build, onEvent: display.listener };
  try {
    if (call === "outline") return await showOutline(session, display, source, asked, isJson);
    if (call === "subrequests.describe") {
      await session.engine.builder.targets(asked);
      display.end();
      session.out(isJson ? json(requestsDocument()) : printRequests());
      return 0;
    }
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
  display: Display,
  { text }: SourceText,
  asked: BuildRequest,
  isJson: boolean,
): Promise<number> {
  const outline = await session.engine.builder.outline(asked);
  display.end();
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
  session.out(
    isJson ? json(checkDocument(result, checked(session, request, source))) : printCheck(warnings, named, error),
  );
  if (error !== undefined) session.err(printCheckError(error, named));
  return warnings.length > 0 || error !== undefined ? 1 : 0;
}

/** A Dockerfile, and where it was loaded from, unless that is somewhere else. */
function checked(session: Session, { context }: DockerBuild, { text, fileName = "" }: SourceText) {
  if (sourceKind(context) !== "local") return { text, fileName };
  const name = buildName(session);
  const loadedFrom: LoadedFrom = isUpload(session, context)
    ? { kind: "upload", url: `http://buildkit-session/${name}` }
    : { kind: "local", fileName, session: name };
  return { text, fileName, loadedFrom };
}

/** `NAME[,format=FORMAT]`; every format but JSON is text. @throws OptionError */
function parseCall(text: string): { readonly call: string; readonly isJson: boolean } {
  const [call = "", ...options] = text.split(",");
  if (options.some((option) => !option.includes("="))) throw new OptionError(`invalid print value: ${text}`);
  return { call, isJson: options.includes("format=json") };
}

const json = (document: object): string => `${goJsonLines(document)}\n`;
