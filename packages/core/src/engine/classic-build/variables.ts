/**
 * The variables that steps of a classic build find.
 *
 * @see moby daemon/builder/dockerfile/buildargs.go, evaluator.go
 */
import { type AnyInstruction, type Dockerfile, Environment, expandWord } from "../../build/index.ts";

type Values = Readonly<Record<string, string>>;

/** The arguments before the first FROM, each of which may name those before it. */
export function globalVariables({ args = [] }: Dockerfile, given: Values = {}): Environment {
  return withArguments(Environment.EMPTY, args, given, Environment.EMPTY);
}

/**
 * What was there before, and the arguments of some steps. ENV counts more than ARG; an argument without a value has the
 * one that it has `outside`, before the first FROM.
 */
export function withArguments(
  before: Environment,
  steps: readonly AnyInstruction[],
  given: Values,
  outside: Environment,
): Environment {
  let variables = before;
  for (const { name, default: usual } of steps.flatMap((one) => (one.kind === "ARG" ? one.args : []))) {
    const value = given[name] ?? (usual === undefined ? outside.get(name) : expandWord(usual, variables));
    if (value !== undefined && before.get(name) === undefined) variables = variables.with(name, value);
  }
  return variables;
}
