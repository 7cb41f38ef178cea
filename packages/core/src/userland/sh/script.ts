/** Runs a script line by line: reads a command, executes it, reads the next. */
import {
  close,
  Errno,
  getpid,
  kill,
  O_CLOEXEC,
  O_RDONLY,
  open,
  type Routine,
  SIGINT,
  type Termios,
  write,
} from "../../abi/index.ts";
import { encode, fromByteString } from "../../lib/index.ts";
import { attempt } from "../io.ts";
import { NeedsInput, SyntaxFailure } from "./cursor.ts";
import { FIRST_INTERNAL_FD, moveAway } from "./descriptors.ts";
import { editableModes, editLine } from "./editor/line-editor.ts";
import { Input } from "./input.ts";
import { notifyJobs } from "./job-control.ts";
import type { CommandLine } from "./known-lines.ts";
import { promptText, showPrompt } from "./prompt.ts";
import { readCommandLine } from "./reader.ts";
import { EXIT, type Flags, type Shell } from "./shell.ts";
import { checkInterrupt } from "./signals.ts";

/** Runs a text as commands. Its status is that of the last command, 0 if there is none. @throws Leave */
export function* evaluate(shell: Shell, text: string, flags: Flags): Routine<number> {
  const input = Input.ofText(text, shell.line, { countsLines: shell.traps.depth === 0 });
  return yield* runInput(shell, input, flags);
}

/** Runs a file in this shell; messages name it. A file that cannot be opened is an error. @throws Leave */
export function* runFile(shell: Shell, path: string): Routine<number> {
  const input = yield* openScript(shell, path);
  shell.commandName = path;
  return yield* runInput(shell, input, 0);
}

/** Opens a script, on a descriptor out of everybody's way. @throws Leave */
export function* openScript(shell: Shell, path: string): Routine<Input> {
  const fd = yield* attempt(open(fromByteString(path), O_RDONLY | O_CLOEXEC));
  if (!(fd instanceof Errno)) return Input.ofFile(fd < FIRST_INTERNAL_FD ? yield* moveAway(fd) : fd);
  const reason = fd.code === "ENOENT" || fd.code === "ENOTDIR" ? "no such file" : fd.message;
  return yield* shell.fail(`can't open ${path}: ${reason}`);
}

/** Runs everything that `input` has. @throws Leave */
function* runInput(shell: Shell, input: Input, flags: Flags): Routine<number> {
  shell.inputs.push(input);
  try {
    return yield* runLines(shell, input, { flags, isTop: false });
  } finally {
    shell.inputs.pop();
    if (input.fd !== undefined) yield* attempt(close(input.fd));
  }
}

/** The command loop. `isTop`: the loop of the shell itself, which prompts if it is interactive. */
export function* runLines(
  shell: Shell,
  input: Input,
  { flags, isTop }: { readonly flags: Flags; readonly isTop: boolean },
): Routine<number> {
  let status = 0;
  for (;;) {
    if (shell.isJobControlled) yield* notifyJobs(shell);
    const line = yield* nextLine(shell, input, isTop && shell.has("interactive"));
    if (line === undefined) return status;
    if (line.node !== undefined) {
      status = yield* shell.engine.run(shell, line.node, line.isLast ? flags : flags & ~EXIT);
    }
    if (shell.skip !== undefined) return status;
  }
}

/** The next command line, after as many reads as it takes; `undefined` at the end. @throws Leave at a syntax error. */
function* nextLine(shell: Shell, input: Input, prompts: boolean): Routine<CommandLine | undefined> {
  const modes = prompts && input.fd === 0 ? yield* editableModes(shell) : undefined;
  if (prompts && modes === undefined) yield* showPrompt(shell, "PS1");
  for (;;) {
    const start = input.position;
    try {
      const line = readCommandLine(input, shell.aliases, shell.line);
      yield* echoInput(shell, input, start);
      return line;
    } catch (problem) {
      if (problem instanceof SyntaxFailure) {
        shell.errorLine = problem.line;
        yield* shell.fail(`syntax error: ${problem.message}`);
      }
      if (!(problem instanceof NeedsInput)) throw problem;
      const isContinued = input.text.length > input.position;
      if (modes !== undefined) yield* typeLine(shell, input, isContinued ? "PS2" : "PS1", modes);
      else {
        if (prompts && isContinued) yield* showPrompt(shell, "PS2");
        yield* input.more();
      }
    }
  }
}

/** Somebody types the next line. ^C is a signal that the shell sends itself. @throws Leave */
function* typeLine(shell: Shell, input: Input, prompt: "PS1" | "PS2", modes: Termios): Routine<void> {
  for (;;) {
    const edited = yield* editLine(shell, yield* promptText(shell, prompt), modes);
    if (edited !== "interrupt") {
      input.take(edited === "end" ? undefined : edited.line);
      return;
    }
    yield* attempt(write(1, encode("^C\n")));
    yield* kill(yield* getpid(), SIGINT);
    checkInterrupt(shell);
    if (shell.traps.get(SIGINT) !== undefined) {
      input.take("\n");
      return;
    }
    shell.status = 128 + SIGINT;
  }
}

/** `set -v`: shows the lines of a file as they are read. */
function* echoInput(shell: Shell, input: Input, start: number): Routine<void> {
  if (!shell.has("verbose") || input.fd === undefined) return;
  yield* shell.printError(input.text.slice(start, input.position));
}
