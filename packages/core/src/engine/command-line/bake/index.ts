/**
 * `docker buildx bake`: builds of what files define.
 *
 * Unlike buildx, it takes no definitions from git repositories, and targets are built one after the other.
 *
 * @see docker/buildx commands/bake.go, bake/bake.go
 */
import { BuildError, excerptOf } from "../../../build/index.ts";
import { ComposeError } from "../../../compose/index.ts";
import { HclError, placeOf } from "../../../hcl/index.ts";
import { ValueError } from "../../../lib/go/index.ts";
import { StatusError } from "../../../lib/index.ts";
import type { BakeRequest } from "../../docker/requests/bake.ts";
import { type Display, displayOf } from "../build/display.ts";
import { OptionError } from "../build/option.ts";
import { checkBuilder } from "../builders.ts";
import type { Session } from "../session.ts";
import { BakeFailure } from "./bake-failure.ts";
import { buildTargets, checkTargets } from "./build.ts";
import { type Allowance, askFor, missingAllowance, parseAllowance } from "./entitlements.ts";
import { configOf, readFiles } from "./files.ts";
import { parseOverrides } from "./overrides.ts";
import { resolveBake } from "./resolve.ts";
import { bakeText, listText } from "./show.ts";

const LOADING = "[internal] load local bake definitions";
const REMOTE = /^(?:https?:\/\/|git@|git:\/\/|github\.com\/|ssh:\/\/)/;

export async function runBake(session: Session, request: BakeRequest): Promise<number> {
  let display: Display | undefined;
  try {
    const allowance = parseAllowance(request.allow);
    if (request.print && request.list !== "") throw new ValueError("--print and --list are mutually exclusive");
    const isShown = request.print || request.list !== "";
    if (!isShown) checkBuilder(session, request.builder);
    const show = () => displayOf(session, { progress: request.progress, quiet: false, hasBuilder: !isShown });
    display = show();
    return await bake(session, request, { display, show, allowance });
  } catch (error) {
    display?.end();
    session.err(complaint(error));
    return 1;
  }
}

/** Rethrows what nobody is told of. */
function complaint(error: unknown): string {
  if (error instanceof BakeFailure) return error.shown;
  if (error instanceof HclError) return `${excerptAt(error)}ERROR: ${error.message}\n`;
  const isKnown =
    error instanceof ValueError ||
    error instanceof OptionError ||
    error instanceof StatusError ||
    error instanceof ComposeError ||
    error instanceof BuildError;
  if (!isKnown) throw error;
  return `ERROR: ${error.message}\n`;
}

/** The lines that are wrong and those around them. */
function excerptAt({ range }: HclError): string {
  const { source, start, end } = range;
  const lines = { startLine: placeOf(source, start).line, endLine: placeOf(source, end).line };
  return excerptOf([lines], { text: source.text, fileName: source.name });
}

interface Baking {
  readonly display: Display;
  /** Begins to show what is done anew. */
  readonly show: () => Display;
  readonly allowance: Allowance;
}

async function bake(session: Session, request: BakeRequest, { display, show, allowance }: Baking): Promise<number> {
  const [first = ""] = request.targets;
  if (REMOTE.test(first)) {
    throw new StatusError("not-implemented", '"docker buildx bake" of a git repository is not implemented');
  }
  const config = configOf(session, loadFiles(session, request.files, display));
  if (request.list !== "") {
    display.end();
    session.out(listText(config, request.list));
    return 0;
  }
  const call = request.call === "build" ? [] : [`*.call=${request.call.split(",", 1)[0]}`];
  const overrides = parseOverrides([...request.overrides, ...call], [...config.targets.keys()], session.client.env);
  const whole = resolveBake(config, request.targets.length === 0 ? ["default"] : request.targets, overrides);
  const builds = checkTargets(session, whole);
  if (!request.print) {
    const missing = missingAllowance(session, builds, allowance);
    if (missing.length > 0) {
      display.end();
      await askFor(session, missing);
    }
    return buildTargets(session, builds, { request, display: missing.length > 0 ? show() : display });
  }
  display.end();
  session.out(`${bakeText({ ...whole, targets: new Map([...builds].map(([name, { target }]) => [name, target])) })}\n`);
  return 0;
}

/** Reads the files as a step of the build. */
function loadFiles(session: Session, names: readonly string[], display: Display) {
  const about = { vertex: 1, timeUs: session.engine.kernel.nowUs };
  display.listener({ ...about, kind: "started", name: LOADING });
  try {
    return readFiles(session, names, (text) => display.listener({ ...about, kind: "status", text, done: true }));
  } finally {
    display.listener({ ...about, kind: "completed", cached: false });
  }
}
