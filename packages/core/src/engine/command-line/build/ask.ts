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
import { parseBool, reworded } from "../../../lib/go/index.ts";
import { goJsonLines } from "../../../oci/index.ts";
import type { Session } from "../session.ts";
import type { Display } from "./display.ts";
import { buildName, isUpload, uploadUrl } from "./metadata.ts";
import { type DockerBuild, OptionError } from "./option.ts";
import { shownName } from "./request.ts";

/** What is shown before an answer. */
interface AskDisplay extends Display {
  readonly lead?: string;
}

/** `--call`: asks about the Dockerfile instead of building it. */
export async function ask(
  session: Session,
  request: DockerBuild,
  build: BuildRequest,
  source: SourceText,
  display: AskDisplay,
): Promise<number> {
  const { call, isJson, ignoresStatus } = parseCall(request.call);
  const asked = { ...build, onEvent: display.listener };
  try {
    if (call === "outline") return await showOutline(session, display, source, asked, isJson);
    if (call === "subrequests.describe") {
      await session.engine.builder.targets(asked);
      display.end();
      session.out((display.lead ?? "") + (isJson ? json(requestsDocument()) : printRequests()));
      return 0;
    }
    if (call !== "check" && call !== "lint") {
      const targets = await session.engine.builder.targets(asked);
      if (call !== "targets")
        throw new BuildError(`unsupported request frontend.${call}: unsupported request frontend.${call}`);
      display.end();
      session.out(
        (display.lead ?? "") + (isJson ? json(targetsDocument(targets, source.text)) : printTargets(targets)),
      );
      return 0;
    }
    const result = await session.engine.builder.check(asked);
    display.end();
    session.out(display.lead ?? "");
    const status = showCheck(session, { request, build, source, result, isJson });
    return ignoresStatus && result.error === undefined ? 0 : status;
  } catch (error) {
    // With `--call`, an error is shown without an excerpt of the Dockerfile.
    throw error instanceof BuildError ? error.onlyAt(undefined) : error;
  }
}

async function showOutline(
  session: Session,
  display: AskDisplay,
  { text }: SourceText,
  asked: BuildRequest,
  isJson: boolean,
): Promise<number> {
  const outline = await session.engine.builder.outline(asked);
  display.end();
  session.out((display.lead ?? "") + (isJson ? json(outlineDocument(outline, text)) : printOutline(outline)));
  return 0;
}

interface Checked {
  readonly request: DockerBuild;
  readonly build: BuildRequest;
  readonly source: SourceText;
  readonly result: CheckResult;
  readonly isJson: boolean;
}

function showCheck(session: Session, checked: Checked): number {
  const { request, source, result, isJson } = checked;
  const { warnings, error } = result;
  const named = { ...source, fileName: shownName(request) };
  session.out(isJson ? json(checkDocument(result, sourceOf(session, checked))) : printCheck(warnings, named, error));
  if (error !== undefined) session.err(printCheckError(error, named));
  return warnings.length > 0 || error !== undefined ? 1 : 0;
}

/** A Dockerfile, and where it was loaded from, unless that is somewhere else. */
function sourceOf(session: Session, { request, build, source: { text, fileName = "" } }: Checked) {
  if (sourceKind(request.context) !== "local") return { text, fileName };
  const loadedFrom: LoadedFrom = isUpload(request, build)
    ? { kind: "upload", url: uploadUrl(session) }
    : { kind: "local", fileName, session: buildName(session) };
  return { text, fileName, loadedFrom };
}

interface Call {
  readonly call: string;
  readonly isJson: boolean;
  /** Warnings are no failure. */
  readonly ignoresStatus: boolean;
}

/** `NAME[,format=FORMAT][,ignorestatus=BOOL]`; every format but JSON is text. @throws OptionError */
function parseCall(text: string): Call {
  const [call = "", ...options] = text.split(",");
  const read = { format: "", ignoresStatus: false };
  for (const option of options) {
    const [key = "", value] = option.split(/=(.*)/s, 2);
    if (value === undefined) throw new OptionError(`invalid print value: ${text}`);
    if (key === "format") read.format = value;
    else if (key === "ignorestatus")
      read.ignoresStatus = reworded(
        () => parseBool(value),
        ({ message }) => new OptionError(`invalid ignorestatus print value: ${value}: ${message}`),
      );
    else throw new OptionError(`invalid print field: ${option}`);
  }
  return { call, isJson: read.format === "json", ignoresStatus: read.ignoresStatus };
}

const json = (document: object): string => `${goJsonLines(document)}\n`;
