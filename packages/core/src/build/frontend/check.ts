/**
 * The front half of a build in one call: everything that text, build arguments and base images decide.
 *
 * `prepare` is what a build starts with. `check` goes on through all instructions without building anything, as
 * `docker build --check` does. Model: toDispatchState of BuildKit's convert.go.
 */
import type { Dockerfile } from "../dockerfile/ast.ts";
import { checkDirective } from "../dockerfile/directives.ts";
import { BuildError, rethrow } from "../dockerfile/error.ts";
import { frontendOf } from "../dockerfile/frontends.ts";
import type { KnownTexts } from "../dockerfile/known-texts.ts";
import { lineRange } from "../dockerfile/lines.ts";
import { Linter, type LintOptions, type LintWarning, parseLintOptions } from "../dockerfile/lint.ts";
import {
  lintContinuations,
  lintDescription,
  lintKeywords,
  lintSpelling,
  lintStageNames,
  spelling,
} from "../dockerfile/lint-text.ts";
import { type ParseObserver, parse } from "../dockerfile/parse.ts";
import type { IgnoreMatcher } from "../files/ignore.ts";
import { dispatch } from "./dispatch.ts";
import type { BuildPlatform } from "./platform.ts";
import { type BaseImage, ImageRounds, resolveImages } from "./resolve.ts";
import { childScope, imageScope, type Scope } from "./scope.ts";
import { type BuildStage, type GraphOptions, StageGraph } from "./stage-graph.ts";
import type { Step } from "./step.ts";

const CHECK_ARG = "BUILDKIT_DOCKERFILE_CHECK";
/** Names the frontend in place of the directive. */
export const SYNTAX_ARG = "BUILDKIT_SYNTAX";

export interface PrepareOptions extends GraphOptions {
  /** Hears of warnings as they are found, also of those before an error. */
  readonly onWarning?: (warning: LintWarning) => void;
  /** Texts that were read before. */
  readonly known?: KnownTexts;
}

/** A Dockerfile that is understood as far as it can be without images. */
export interface Prepared {
  readonly dockerfile: Dockerfile;
  readonly lint: Linter;
  readonly graph: StageGraph;
}

/** @throws BuildError for everything that is wrong with the text, its stages or the target. */
export function prepare(source: string | Dockerfile, options: PrepareOptions = {}): Prepared {
  const lint = new Linter(lintOptions(source, options), options.onWarning);
  const dockerfile = readSource(source, lint, options);
  lintStageNames(lint, dockerfile);
  lintKeywords(lint, dockerfile);
  return { dockerfile, lint, graph: new StageGraph(dockerfile, options, lint) };
}

export interface CheckOptions extends PrepareOptions {
  /** The base images, as far as they are known; the others count as empty. */
  readonly image?: (name: string, platform: BuildPlatform | undefined) => BaseImage | undefined;
  /** The context's .dockerignore. */
  readonly ignore?: IgnoreMatcher;
  /** Also the stages that the target does not need. */
  readonly allStages?: boolean;
}

export interface CheckResult {
  readonly warnings: readonly LintWarning[];
  readonly error?: BuildError;
  /** The steps of each stage that was gone through. */
  readonly steps: ReadonlyMap<BuildStage, readonly Step[]>;
}

/** Never throws for a bad Dockerfile: the error is part of the result. */
export function check(source: string | Dockerfile, options: CheckOptions = {}): CheckResult {
  const warnings: LintWarning[] = [];
  const steps = new Map<BuildStage, readonly Step[]>();
  const onWarning = (warning: LintWarning): void => {
    warnings.push(warning);
    options.onWarning?.(warning);
  };
  try {
    const prepared = prepare(source, { ...options, onWarning });
    walk(prepared, options, steps);
    const failure = prepared.lint.failure();
    return failure === undefined ? { warnings, steps } : { warnings, steps, error: failure };
  } catch (error) {
    if (error instanceof BuildError) return { warnings, steps, error };
    throw error;
  }
}

function walk(prepared: Prepared, options: CheckOptions, steps: Map<BuildStage, readonly Step[]>): void {
  const { graph, lint } = prepared;
  const { buildArgs = new Map<string, string>(), ignore } = options;
  graph.checkReferences();
  const { image = () => undefined } = options;
  const rounds = new ImageRounds(graph, lint, options);
  resolveImages(rounds, (stage) => image(stage.image, stage.platform));
  const context = { escape: graph.escape, globalArgs: graph.globalArgs, buildArgs, lint, ...(ignore && { ignore }) };
  const ends = new Map<BuildStage, Scope>();
  for (const stage of rounds.stages) {
    if (stage.isReplaced || stage.isImplicit) continue;
    const base = stage.base && ends.get(stage.base);
    let scope = base === undefined ? imageScope(rounds.config(stage)) : childScope(base);
    const done: Step[] = [];
    steps.set(stage, done);
    for (const planned of stage.planned) {
      graph.checkOrder(stage, planned);
      const dispatched = dispatch(planned.instruction, scope, context);
      done.push(dispatched.step);
      scope = dispatched.scope;
    }
    ends.set(stage, scope);
  }
}

function lintOptions(source: string | Dockerfile, { buildArgs }: PrepareOptions): LintOptions {
  const given = buildArgs?.get(CHECK_ARG);
  if (given !== undefined)
    return rethrow(
      () => parseLintOptions(given),
      (error) => error.prefixed(`failed to parse build-arg:${CHECK_ARG}`),
    );
  const directive = typeof source === "string" ? checkDirective(source) : { value: source.directives?.check, line: 0 };
  const { value = "", line = 0 } = directive ?? {};
  // What follows a space is not looked at.
  const [options = ""] = value.split(" ");
  return rethrow(
    () => parseLintOptions(options),
    (error) => error.prefixed("failed to parse check options").about(line > 0 ? lineRange(line) : undefined),
  );
}

function readSource(source: string | Dockerfile, lint: Linter, { known, buildArgs }: PrepareOptions): Dockerfile {
  const syntax = buildArgs?.get(SYNTAX_ARG) || undefined;
  if (typeof source !== "string") return lintAst(refuseUnknown(source, syntax), lint);
  // What is remembered was read by the frontend that the text itself names.
  const read = syntax === undefined ? known?.get(source) : undefined;
  if (read !== undefined) return lintAst(read, lint);
  const dockerfile = parseWithLint(source, lint, syntax);
  if (syntax === undefined) known?.set(source, dockerfile);
  return dockerfile;
}

function parseWithLint(text: string, lint: Linter, syntax: string | undefined): Dockerfile {
  const observer: ParseObserver = {
    onLines: (emptyContinuations) => lintContinuations(lint, emptyContinuations),
    onNode: ({ node, range }) => lintSpelling(lint, { range, name: node.name, args: node.args }),
    onInstruction: (instruction) => lintDescription(lint, instruction),
  };
  return parse(text, observer, syntax);
}

/** @throws BuildError for what only another frontend knows. */
function refuseUnknown(dockerfile: Dockerfile, syntax = dockerfile.directives?.syntax): Dockerfile {
  if (frontendOf(syntax).hasParents) return dockerfile;
  for (const { instructions } of dockerfile.stages)
    for (const one of instructions)
      if (one.kind === "COPY" && one.parents === true) throw new BuildError("unknown flag: --parents").at(one.range);
  return dockerfile;
}

function lintAst(dockerfile: Dockerfile, lint: Linter): Dockerfile {
  const { args = [], stages, emptyContinuations = [] } = dockerfile;
  lintContinuations(lint, emptyContinuations);
  for (const instruction of [...args, ...stages.flatMap(({ from, instructions }) => [from, ...instructions])]) {
    lintSpelling(lint, spelling(instruction));
    lintDescription(lint, instruction);
  }
  return dockerfile;
}
