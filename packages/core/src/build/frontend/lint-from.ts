/** Lint rules about FROM, which need the ARGs before it: undeclared variables, bad defaults, constant platforms. */

import { quote } from "../../lib/go/index.ts";
import { referenceProblem } from "../../oci/index.ts";
import type { Dockerfile, FromInstruction, SourceRange } from "../dockerfile/ast.ts";
import type { Environment } from "../dockerfile/environment.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { Linter } from "../dockerfile/lint.ts";
import { suggest } from "../dockerfile/suggest.ts";
import { type LexResult, lexWord } from "../dockerfile/words.ts";
import { withGlobalArgs } from "./global-args.ts";
import { type BuildPlatform, formatPlatform, normalizePlatform, parsePlatform } from "./platform.ts";

/** Variables of a FROM that no ARG declares. */
export function lintFrom(
  lint: Linter,
  { range }: FromInstruction,
  unmatched: ReadonlySet<string>,
  declared: ReadonlySet<string>,
): void {
  for (const name of unmatched) {
    if (declared.has(name)) continue;
    const meant = suggest(name, declared);
    const hint = meant === undefined ? "" : ` (did you mean ${meant}?)`;
    lint.warn("UndefinedArgInFrom", `FROM argument '${name}' is not declared${hint}`, range);
  }
}

/** Images that would have no valid name if no build argument were given. */
export function lintDefaultImages(
  lint: Linter,
  { stages, args = [], directives }: Dockerfile,
  predefined: Environment,
): void {
  const escape = directives?.escape ?? "\\";
  let defaults: Environment;
  try {
    defaults = withGlobalArgs(predefined, args, new Map(), escape);
  } catch (error) {
    // The build itself will fail in the same way.
    if (error instanceof BuildError) return;
    throw error;
  }
  for (const { from } of stages) {
    const { text, error } = lexWord(from.image, defaults, { escape });
    if (error !== undefined) return;
    if (referenceProblem(text) === undefined) continue;
    const message = `Default value for ARG ${from.image} results in empty or invalid base image name`;
    lint.warn("InvalidDefaultArgInFrom", message, from.range);
  }
}

/** A --platform that is the default anyway, or a constant that the stage's name does not explain. */
export function lintPlatform(lint: Linter, from: FromInstruction, result: LexResult, variables: Environment): void {
  const { matched, unmatched, text } = result;
  const { range, platform = "", as = "" } = from;
  if (matched.size === 1 && unmatched.size === 0 && matched.has("TARGETPLATFORM")) {
    if (text !== variables.get("TARGETPLATFORM")) return;
    const message = `Setting platform to predefined ${platform} in FROM is redundant as this is the default behavior`;
    lint.warn("RedundantTargetPlatform", message, range);
  }
  if (matched.size > 0 || unmatched.size > 0 || isExplained(as.toLowerCase(), text)) return;
  const message = `FROM --platform flag should not use constant value ${quote(text)}`;
  lint.warn("FromPlatformFlagConstDisallowed", message, range);
}

/** An image that turned out to be of another platform than the stage is built for. */
export function lintImagePlatform(
  lint: Linter,
  { image, range }: { readonly image: string; readonly range: SourceRange | undefined },
  { expected, actual }: { readonly expected: BuildPlatform; readonly actual: BuildPlatform },
): void {
  if (expected.os === actual.os && expected.architecture === actual.architecture) return;
  const [was, wanted] = [actual, expected].map((platform) => quote(formatPlatform(normalizePlatform(platform))));
  const message = `Base image ${image} was pulled with platform ${was}, expected ${wanted} for current build`;
  lint.warn("InvalidBaseImagePlatform", message, range);
}

/** The stage's name says the system or the processor; what is no platform fails later. */
function isExplained(stage: string, platform: string): boolean {
  try {
    const { os, architecture } = parsePlatform(platform);
    return stage.includes(os) || stage.includes(architecture);
  } catch (error) {
    if (error instanceof BuildError) return true;
    throw error;
  }
}
