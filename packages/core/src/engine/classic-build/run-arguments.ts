/**
 * The build arguments that a RUN is given as variables, and how its image's history tells of them.
 *
 * @see moby daemon/builder/dockerfile/buildargs.go FilterAllowed, dispatchers.go prependEnvOnCmd
 */
import type { AnyInstruction, Environment } from "../../build/index.ts";
import { compareBytes } from "../../lib/index.ts";

export interface RunArguments {
  /** "A=1", for the container. */
  readonly env: readonly string[];
  /** What comes before the command in the history: "|1", "A=1". */
  readonly told: readonly string[];
}

interface Given {
  /** The arguments of the build. */
  readonly given: Readonly<Record<string, string>>;
  /** What ENV has set counts more. */
  readonly env: readonly string[];
}

/** Those that are always there are given to the command, too, and change how it is told, but are not told themselves. */
export function runArguments(
  done: readonly AnyInstruction[],
  variables: Environment,
  { given, env }: Given,
): RunArguments {
  const set = new Set(env.map((variable) => variable.split("=", 1)[0]));
  const asked = new Set(done.flatMap((one) => (one.kind === "ARG" ? one.args.map(({ name }) => name) : [])));
  const always = Object.keys(given).filter((name) => BUILT_IN.test(name) && !asked.has(name));
  const told = [...asked].filter((name) => !set.has(name)).flatMap((name) => variableOf(name, variables.get(name)));
  const others = always.filter((name) => !set.has(name)).flatMap((name) => variableOf(name, given[name]));
  if (told.length + others.length === 0) return { env: [], told: [] };
  return { env: [...told, ...others], told: [`|${told.length}`, ...told.toSorted(compareBytes)] };
}

const variableOf = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [`${name}=${value}`];

/** @see moby daemon/builder/dockerfile/buildargs.go builtinAllowedBuildArgs */
const BUILT_IN = /^(?:http|https|ftp|no|all)_proxy$|^(?:HTTP|HTTPS|FTP|NO|ALL)_PROXY$/;
