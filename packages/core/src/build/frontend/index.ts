/** The front half of a build: a Dockerfile with its arguments and images becomes stages of steps. */

export { hasWildcards, matchGlob } from "../files/glob.ts";
export { IgnoreMatcher, type ParentMatch, parseIgnoreFile } from "../files/ignore.ts";
export { type CheckOptions, type CheckResult, check, type Prepared, type PrepareOptions, prepare } from "./check.ts";
export { type DispatchContext, type Dispatched, dispatch } from "./dispatch.ts";
export type { BuildArgs } from "./global-args.ts";
export { type BuildPlatform, DEFAULT_PLATFORM, formatPlatform, normalizePlatform, parsePlatform } from "./platform.ts";
export { type SourceKind, sourceKind } from "./remote.ts";
export { type BaseImage, ImageRounds, type ResolveOptions, resolveImages } from "./resolve.ts";
export {
  childScope,
  DEFAULT_PATH,
  type DeclaredArg,
  fromWorkingDir,
  imageScope,
  type Scope,
  withShell,
} from "./scope.ts";
export { type BuildStage, type GraphOptions, type Planned, SCRATCH, StageGraph } from "./stage-graph.ts";
export type {
  AddStep,
  ArgStep,
  CommandStep,
  CopyStep,
  ExposeStep,
  HealthcheckStep,
  InlineFile,
  PairsStep,
  RunStep,
  Step,
  StepMount,
} from "./step.ts";
export { type StepPlace, stepName, stepTitle } from "./step-title.ts";
