/** `$(command)` and `<(command)`. @see POSIX.1-2017, Shell Command Language, 2.6.3 */
import { close, dup, Errno, type Routine, read } from "../../abi/index.ts";
import { latin1 } from "../../lib/index.ts";
import type { Node, ProcessSubstitution } from "./ast.ts";
import { makePipe, moveTo } from "./descriptors.ts";
import { declareMemory } from "./memory.ts";
import { withOption } from "./options.ts";
import { EXIT, type Shell } from "./shell.ts";
import { holdingInterrupts } from "./signals.ts";
import { waitForJob } from "./wait.ts";

const READ_SIZE = 65_536;
/** Where the parent's end of a process substitution is put. */
const FIRST_PROCESS_FD = 64;

/** What the commands write, without the newlines at its end. Their status is remembered. */
export function* substituteCommand(shell: Shell, body: Node | undefined): Routine<string> {
  if (body === undefined) return "";
  return yield* holdingInterrupts(shell, capture(shell, body));
}

function* capture(shell: Shell, body: Node): Routine<string> {
  const [input, output] = yield* makePipe(shell);
  const job = shell.jobs.make(shell.isJobControlled);
  yield* shell.engine.fork(shell, job, "plain", {
    *start(child) {
      yield* close(input);
      yield* moveTo(output, 1);
      child.setOptions(withOption(child.options, "errexit", false));
      yield* child.engine.run(child, body, EXIT);
    },
    node: body,
  });
  yield* close(output);
  const text = yield* readAll(shell, input);
  yield* close(input);
  shell.substitutionStatus = yield* waitForJob(shell, job);
  return text;
}

function* readAll(shell: Shell, fd: number): Routine<string> {
  let text = "";
  for (;;) {
    const bytes = yield* readOnce(fd);
    if (bytes.length === 0) break;
    text += latin1(bytes);
    shell.heldBytes += bytes.length;
    yield* declareMemory(shell);
  }
  shell.heldBytes -= text.length;
  if (text.includes("\0")) text = text.replaceAll("\0", "");
  let end = text.length;
  while (text[end - 1] === "\n") end--;
  return text.slice(0, end);
}

function* readOnce(fd: number): Routine<Uint8Array> {
  for (;;) {
    try {
      return yield* read(fd, READ_SIZE);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code !== "EINTR") return new Uint8Array(0);
    }
  }
}

/** The path of a descriptor through which the commands read or write. It is closed after the command. */
export function* substituteProcess(shell: Shell, { operator, body }: ProcessSubstitution): Routine<string> {
  const [input, output] = yield* makePipe(shell);
  const [ours, theirs] = operator === "<" ? [input, output] : [output, input];
  yield* shell.engine.fork(shell, undefined, "plain", {
    *start(child) {
      yield* close(ours);
      yield* moveTo(theirs, operator === "<" ? 1 : 0);
      if (body !== undefined) yield* child.engine.run(child, body, EXIT);
    },
    node: body,
  });
  yield* close(theirs);
  const fd = yield* dup(ours, FIRST_PROCESS_FD);
  yield* close(ours);
  shell.redirections.push(new Map([[fd, "closed"]]));
  return `/dev/fd/${fd}`;
}
