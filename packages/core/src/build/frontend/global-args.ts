/**
 * The variables of FROM: the predefined ones (`TARGETPLATFORM` and its kin) and the ARGs before the first FROM.
 *
 * Model: defaultArgs and buildMetaArgs of BuildKit's dockerfile2llb.
 */
import type { ArgInstruction, Escape } from "../dockerfile/ast.ts";
import { Environment } from "../dockerfile/environment.ts";
import { rethrow } from "../dockerfile/error.ts";
import { expandWord } from "../dockerfile/words.ts";
import { type BuildPlatform, DEFAULT_PLATFORM, formatPlatform } from "./platform.ts";

export type BuildArgs = ReadonlyMap<string, string>;

export interface PredefinedOptions {
  readonly buildArgs: BuildArgs;
  /** What is built for; the building machine's platform by default. */
  readonly platform?: BuildPlatform | undefined;
  readonly buildPlatform?: BuildPlatform | undefined;
  /** The name of the stage that is built. */
  readonly target?: string;
}

/** Every one of them can be set with a build argument. */
export function predefinedArgs({
  buildArgs,
  platform,
  buildPlatform = DEFAULT_PLATFORM,
  target,
}: PredefinedOptions): Environment {
  const built = platform ?? buildPlatform;
  const values: readonly (readonly [string, string | undefined])[] = [
    ["BUILDPLATFORM", formatPlatform(buildPlatform, { version: false })],
    ["BUILDOS", buildPlatform.os],
    ["BUILDOSVERSION", buildPlatform["os.version"]],
    ["BUILDARCH", buildPlatform.architecture],
    ["BUILDVARIANT", buildPlatform.variant],
    ["TARGETPLATFORM", formatPlatform(built)],
    ["TARGETOS", built.os],
    ["TARGETOSVERSION", built["os.version"]],
    ["TARGETARCH", built.architecture],
    ["TARGETVARIANT", built.variant],
    ["TARGETSTAGE", target || "default"],
  ];
  return Environment.from(values.map(([name, value]) => [name, buildArgs.get(name) ?? value ?? ""]));
}

/** The variables after the ARGs before FROM, of which each sees those before it. @throws BuildError */
export function withGlobalArgs(
  predefined: Environment,
  instructions: readonly ArgInstruction[],
  buildArgs: BuildArgs,
  escape: Escape,
): Environment {
  let variables = predefined;
  for (const { args, range } of instructions)
    for (const { name, default: word } of args) {
      const known = variables;
      const value =
        buildArgs.get(name) ??
        (word === undefined
          ? undefined
          : rethrow(
              () => expandWord(word, known, { escape }),
              (error) => error.at(range),
            ));
      if (value !== undefined) variables = variables.with(name, value);
    }
  return variables;
}
