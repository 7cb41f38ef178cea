/**
 * What a command of the command line is: its options and operands as data, and a function that makes the request.
 *
 * Model: spf13/cobra's Command and docker/cli's cli/required.go.
 */
import type { ClientMachine } from "./client.ts";
import type { Flags, FlagValues } from "./flags/flag.ts";
import type { CliError } from "./problem.ts";
import { failure } from "./problem.ts";
import type { DockerRequest } from "./request.ts";

/** How many operands a command takes. */
export type Arity =
  | { readonly kind: "none" | "any" }
  | { readonly kind: "exactly" | "at-least" | "at-most"; readonly count: number }
  | { readonly kind: "between"; readonly least: number; readonly most: number };

export const NONE: Arity = { kind: "none" };
export const ANY: Arity = { kind: "any" };
export const exactly = (count: number): Arity => ({ kind: "exactly", count });
export const atLeast = (count: number): Arity => ({ kind: "at-least", count });
export const atMost = (count: number): Arity => ({ kind: "at-most", count });
export const between = (least: number, most: number): Arity => ({ kind: "between", least, most });

/** A command line whose options have been read. */
export interface Invocation<F extends Flags> {
  readonly flags: FlagValues<F>;
  readonly operands: readonly string[];
  /** Options that were given, by their long name. */
  readonly changed: ReadonlySet<string>;
  readonly client: ClientMachine;
  /** The name by which the command was called: `ls`, `list`. */
  readonly name: string;
  /** Adds a line to what standard error shows first. */
  warn(line: string): void;
}

/** A command that ends in a request. */
export interface Command {
  readonly kind: "command";
  /** The usage line after the command's name: `[OPTIONS] CONTAINER`. */
  readonly usage: string;
  readonly summary: string;
  /** The text of `--help` where it is more than the summary. */
  readonly description?: string;
  /** All names under which the command is known, for `--help`. */
  readonly aliases?: string;
  /** `--help` says that it may change. */
  readonly isExperimental?: boolean;
  readonly arity: Arity;
  /** False: the first operand ends the options. */
  readonly interspersed: boolean;
  /** Without any option it shows its help. */
  readonly needsOption?: boolean;
  readonly flags: Flags;
  /** @throws CliError, or ValueError for a plain failure with exit code 1. */
  read(invocation: Invocation<Flags>): DockerRequest;
}

interface CommandSpec<F extends Flags> {
  readonly usage: string;
  readonly summary: string;
  readonly description?: string;
  readonly aliases?: string;
  readonly isExperimental?: boolean;
  readonly arity: Arity;
  readonly interspersed?: boolean;
  readonly needsOption?: boolean;
  readonly flags: F;
  read(invocation: Invocation<F>): DockerRequest;
}

/** Declares a command; `read` sees the options with their types. */
export function command<const F extends Flags>(spec: CommandSpec<F>): Command {
  return { kind: "command", interspersed: true, ...spec };
}

/** Refuses a wrong number of operands; `usage` is the whole usage line, `path` the command's words. */
export function checkArity(arity: Arity, count: number, path: string, usage: string): void {
  const wants = wanted(arity, count);
  if (wants === undefined) return;
  const hint = arity.kind === "at-least" ? "See" : arity.kind === "at-most" ? "SRun" : "Run";
  throw refusal(`'${path}' ${wants}`, path, usage, hint);
}

/** A complaint about how a command was called, with its usage line. */
export function refusal(complaint: string, path: string, usage: string, hint = "Run"): CliError {
  return failure(`docker: ${complaint}\n\nUsage:  ${usage}\n\n${hint} '${path} --help' for more information`);
}

/** What the arity asks for if `count` operands do not do; undefined if they do. */
function wanted(arity: Arity, count: number): string | undefined {
  const some = (number: number): string => `${number} ${number === 1 ? "argument" : "arguments"}`;
  switch (arity.kind) {
    case "any":
      return undefined;
    case "none":
      return count === 0 ? undefined : "accepts no arguments";
    case "exactly":
      return count === arity.count ? undefined : `requires ${some(arity.count)}`;
    case "at-least":
      return count >= arity.count ? undefined : `requires at least ${some(arity.count)}`;
    case "at-most":
      return count <= arity.count ? undefined : `requires at most ${some(arity.count)}`;
    case "between":
      return count >= arity.least && count <= arity.most
        ? undefined
        : `requires at least ${arity.least} and at most ${some(arity.most)}`;
  }
}
