/** The Dockerfile language: text to AST and back, its errors and its lint rules. */
export type {
  AddInstruction,
  AnyInstruction,
  ArgDefinition,
  ArgInstruction,
  CmdInstruction,
  CopyInstruction,
  Directives,
  Dockerfile,
  EntrypointInstruction,
  EnvInstruction,
  Escape,
  ExposeInstruction,
  FromInstruction,
  HealthcheckInstruction,
  Heredoc,
  Instruction,
  InstructionKind,
  InstructionOf,
  LabelInstruction,
  MaintainerInstruction,
  MountFlag,
  MountOptions,
  OnbuildInstruction,
  Pair,
  RunInstruction,
  ShellInstruction,
  ShellOrExec,
  SourceRange,
  Stage,
  StopSignalInstruction,
  UserInstruction,
  VolumeInstruction,
  WorkdirInstruction,
  Written,
} from "./ast.ts";
export { type CommandLine, DockerfileWriter, dockerfile, from, inlineFile } from "./construct.ts";
export { type SyntaxDirective, syntaxDirective } from "./directives.ts";
export { Environment, type Variables } from "./environment.ts";
export { BuildError } from "./error.ts";
export { type LintOptions, type LintWarning, parseLintOptions } from "./lint.ts";
export type { RuleName } from "./lint-rules.ts";
export { type BuildMount, type CacheSharing, type MountType, mountText, resolveMount } from "./mount.ts";
export { parse, parseChanges, parseTrigger } from "./parse.ts";
export { print } from "./print.ts";
export {
  excerpt,
  excerptOf,
  printCheck,
  printCheckError,
  printError,
  printWarnings,
  type SourceText,
} from "./report.ts";
export { dockerfileSchema, readAst } from "./schema.ts";
export { listTargets, printTargets, type Target } from "./targets.ts";
export { expandWord, type LexOptions, type LexResult, lexWord } from "./words.ts";
