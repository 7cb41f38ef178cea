/**
 * What a step is called in the build's output: the instruction's text, expanded, and `[2/5]` before it.
 *
 * RUN shows variables that are set and keeps quotes; a secret's variable shows as ****. The others show the words that
 * they mean. Only steps that make layers have a title. Model: processCmdEnv in BuildKit's convert.go.
 */

import { trimSpace } from "../../lib/go/index.ts";
import type { AnyInstruction, Escape, InstructionOf } from "../dockerfile/ast.ts";
import type { Variables } from "../dockerfile/environment.ts";
import { heredocOf } from "../dockerfile/heredoc.ts";
import { renderInstruction } from "../dockerfile/render.ts";
import { lexWord } from "../dockerfile/words.ts";
import type { Scope } from "./scope.ts";
import type { AddStep, CopyStep, RunStep, Step } from "./step.ts";

const MASK = "****";

/** `scope` is the one the instruction was dispatched in. */
export function stepTitle(
  instruction: InstructionOf<"RUN" | "COPY" | "ADD" | "WORKDIR">,
  step: RunStep | CopyStep | AddStep | Extract<Step, { kind: "WORKDIR" }>,
  scope: Scope,
  escape: Escape,
): string {
  const source = instruction.source ?? firstLine(instruction, escape);
  if (instruction.kind !== "RUN" || step.kind !== "RUN")
    return upperFirst(expanded(source, lexWord(source, scope.variables, { escape })));
  const text = source + summary(instruction);
  const options = { escape, rawQuotes: true, keepUnset: true };
  return upperFirst(expanded(text, lexWord(text, masked(scope.variables, step), options)));
}

/** Where a step stands in its build. */
export interface StepPlace {
  /** The stage's `displayName`. */
  readonly stageName: string;
  /** From 1. */
  readonly number: number;
  /** The stage's `stepCount`. */
  readonly count: number;
  readonly onbuild?: boolean;
  /** Shown in a build for several platforms: `linux/amd64`. */
  readonly platform?: string | undefined;
}

/** A title with its place before it: `[build  2/12] ONBUILD RUN make`. */
export function stepName(title: string, { stageName, number, count, onbuild = false, platform }: StepPlace): string {
  if (count === 0) return title;
  const position = `${String(number).padStart(String(count).length)}/${count}`;
  const place = [platform, stageName, position].filter(Boolean).join(" ");
  return `[${place}] ${onbuild ? "ONBUILD " : ""}${title}`;
}

function firstLine(instruction: AnyInstruction, escape: Escape): string {
  return renderInstruction(instruction, escape).split("\n")[0] ?? "";
}

function expanded(source: string, { text, error }: ReturnType<typeof lexWord>): string {
  return error === undefined ? text : source;
}

function upperFirst(title: string): string {
  const space = title.indexOf(" ");
  return space < 0 ? title.toUpperCase() : title.slice(0, space).toUpperCase() + title.slice(space);
}

/** ` (first line...)` of a lone heredoc. */
function summary({ command, heredocs = [] }: InstructionOf<"RUN">): string {
  const [first] = heredocs;
  if (first === undefined || command.form !== "shell" || heredocOf(command.command) === undefined) return "";
  const [line = "", ...more] = trimSpace(first.content).replaceAll("\r\n", "\n").split("\n");
  return ` (${line}${more.length > 0 ? "..." : ""})`;
}

function masked(variables: Variables, { mounts }: RunStep): Variables {
  const secrets = new Set(mounts.flatMap(({ type, env }) => (type === "secret" && env !== undefined ? [env] : [])));
  if (secrets.size === 0) return variables;
  return { get: (name) => (secrets.has(name) ? MASK : variables.get(name)), names: () => variables.names() };
}
