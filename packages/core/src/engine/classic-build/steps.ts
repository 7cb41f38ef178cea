/**
 * The steps of a Dockerfile as the classic builder reads and counts them.
 *
 * @see moby builder/dockerfile/dispatchers.go
 */
import { type AnyInstruction, type Dockerfile, type Instruction, parse, print } from "../../build/index.ts";
import { StatusError } from "../../lib/index.ts";

/** How many steps there are. */
export const countSteps = ({ args = [], stages }: Dockerfile): number =>
  stages.reduce((sum, { instructions }) => sum + 1 + instructions.length, args.length);

/** The instruction as it is shown. */
export function textOf(instruction: AnyInstruction): string {
  if (instruction.source !== undefined) return instruction.source;
  const whole = instruction.kind === "FROM" ? { from: instruction, instructions: [] } : undefined;
  return whole === undefined ? instruction.kind : print({ stages: [whole] }).trim();
}

/** The Dockerfile, or nothing if it is wrong: then the build says so. */
export function tryParse(text: string): Dockerfile | undefined {
  try {
    return withoutFrontend(
      withInstructions(parse(text), (one) => withoutHeredocs(withoutNoCommand(withoutChecksum(one)))),
    );
  } catch {
    return undefined;
  }
}

/** No other frontend than its own is asked, whichever is named, and nothing is checked for style. */
function withoutFrontend({ directives = {}, ...dockerfile }: Dockerfile): Dockerfile {
  const { escape } = directives;
  return { ...dockerfile, directives: escape === undefined ? {} : { escape } };
}

/** The instruction of a trigger. */
export function triggerOf(text: string): Instruction | undefined {
  return tryParse(`FROM scratch\n${text}\n`)?.stages[0]?.instructions[0];
}

const SHELL = ["/bin/sh", "-c"];

/** Files are not checked against what `ADD --checksum` says of them. */
function withoutChecksum(one: Instruction): Instruction {
  if (one.kind !== "ADD") return one;
  const { checksum, ...unchecked } = one;
  return unchecked;
}

/** No words at all: as RUN and CMD the shell itself is run, without any; as ENTRYPOINT it is none. */
function withoutNoCommand(one: Instruction): Instruction {
  if (one.kind !== "RUN" && one.kind !== "CMD" && one.kind !== "ENTRYPOINT") return one;
  if (one.command.form !== "shell" || one.command.command !== "") return one;
  return { ...one, command: { form: "exec", argv: one.kind === "ENTRYPOINT" ? [] : SHELL } };
}

/**
 * The classic builder hands `RUN <<EOF` to the shell without what follows: the shell reads nothing, and does nothing.
 * Files that COPY and ADD have with them it does not see.
 */
function withoutHeredocs(one: Instruction): Instruction {
  if (one.kind === "COPY" || one.kind === "ADD") {
    const { files, ...bare } = one;
    return bare;
  }
  if (one.kind !== "RUN" || one.heredocs === undefined || one.command.form !== "shell") return one;
  const { heredocs, ...bare } = one;
  return { ...bare, command: { form: "exec", argv: [...SHELL, one.command.command.split("\n")[0] ?? ""] } };
}

function withInstructions(dockerfile: Dockerfile, change: (one: Instruction) => Instruction): Dockerfile {
  const stages = dockerfile.stages.map(({ from, instructions }) => ({ from, instructions: instructions.map(change) }));
  return { ...dockerfile, stages };
}

/** The stages up to the one that is wanted, with the labels that were asked for as its last steps. @throws StatusError */
export function classicDockerfile(dockerfile: Dockerfile, { target = "", labels = {} }: ClassicOptions): Dockerfile {
  const last = target === "" ? dockerfile.stages.length - 1 : stageNamed(dockerfile, target);
  const stages = dockerfile.stages.slice(0, last + 1);
  const own = Object.entries(labels).map(
    ([name, value]): Instruction => ({
      kind: "LABEL",
      pairs: [[name, value]],
      source: `LABEL ${name}=${value}`,
    }),
  );
  return {
    ...dockerfile,
    stages: stages.map((stage, i) =>
      i === last ? { ...stage, instructions: [...stage.instructions, ...own] } : stage,
    ),
  };
}

export interface ClassicOptions {
  readonly target?: string | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Unlike BuildKit's, the classic builder does not count stages. */
function stageNamed({ stages }: Dockerfile, target: string): number {
  const found = stages.findIndex(({ from }) => from.as?.toLowerCase() === target.toLowerCase());
  if (found < 0) throw new StatusError("invalid-argument", `target stage "${target}" could not be found`);
  return found;
}
