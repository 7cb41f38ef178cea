/**
 * Runs the tree: lists, conditions, loops, subshells, pipelines. Simple commands are in `simple-command.ts`.
 *
 * @see POSIX.1-2017, Shell Command Language, 2.9
 */
import { close, Errno, type Routine } from "../../abi/index.ts";
import type {
  Background,
  Case,
  Conditional,
  For,
  Loop,
  Node,
  Pipeline,
  Redirected,
  Sequence,
  Subshell,
} from "./ast.ts";
import { makePipe, moveTo, type Pipe } from "./descriptors.ts";
import { runErrorTrap } from "./error-trap.ts";
import { expandFields, expandPattern, expandString } from "./expand.ts";
import { prehash } from "./find-command.ts";
import { matches } from "./pattern.ts";
import { applyRedirections, expandTargets, popRedirections, redirect } from "./redirect.ts";
import { EXIT, type Flags, type Shell, type Skip, TESTED } from "./shell.ts";
import { holdingInterrupts, runTraps } from "./signals.ts";
import { runSimple } from "./simple-command.ts";
import { waitForJob } from "./wait.ts";

/** Runs a command and gives its status, which is `shell.status` too. @throws Leave */
export function* run(shell: Shell, node: Node, flags: Flags): Routine<number> {
  yield* runTraps(shell);
  let status: number | undefined;
  if (!shell.has("noexec")) {
    status = yield* evaluate(shell, node, flags);
    if (status !== undefined) shell.status = status;
  }
  yield* runTraps(shell);
  if (status !== undefined && status !== 0 && (flags & TESTED) === 0 && mayFail(node)) {
    yield* runErrorTrap(shell);
    if (shell.has("errexit")) shell.leave("end");
  }
  if ((flags & EXIT) !== 0) shell.leave("end");
  return shell.status;
}

/** Commands whose failure `set -e` heeds; the others consist of such. */
function mayFail(node: Node): boolean {
  return node.kind === "simple" || node.kind === "subshell" || node.kind === "background" || node.kind === "pipeline";
}

/** `undefined` if the status stays what it is: commands were skipped. */
function* evaluate(shell: Shell, node: Node, flags: Flags): Routine<number | undefined> {
  switch (node.kind) {
    case "simple":
      return yield* runSimple(shell, node, flags);
    case "sequence":
      return yield* runSequence(shell, node, flags);
    case "and":
    case "or":
      return yield* runConditional(shell, node, flags);
    case "not":
      return (yield* run(shell, node.body, TESTED)) === 0 ? 1 : 0;
    case "if": {
      const condition = yield* run(shell, node.condition, TESTED);
      if (shell.skip !== undefined) return undefined;
      if (condition === 0) return yield* run(shell, node.body, flags);
      return node.otherwise === undefined ? 0 : yield* run(shell, node.otherwise, flags);
    }
    case "while":
    case "until":
      return yield* runLoop(shell, node, flags);
    case "for":
      return yield* runFor(shell, node, flags);
    case "case":
      return yield* runCase(shell, node, flags);
    case "subshell":
      return yield* runSubshell(shell, node, flags);
    case "background":
      return yield* runBackground(shell, node);
    case "pipeline":
      return yield* runPipeline(shell, node, "foreground", flags);
    case "redirected":
      return yield* runRedirected(shell, node, flags);
    case "function":
      shell.functions.set(node.name, { name: node.name, body: node.body, line: node.line });
      return 0;
  }
}

function* runSequence(shell: Shell, { items }: Sequence, flags: Flags): Routine<number | undefined> {
  for (const [i, item] of items.entries()) {
    const isLast = i === items.length - 1;
    const status = yield* run(shell, item, isLast ? flags : flags & TESTED);
    if (isLast) return status;
    if (shell.skip !== undefined) return undefined;
  }
  return undefined;
}

function* runConditional(shell: Shell, node: Conditional, flags: Flags): Routine<number | undefined> {
  const left = yield* run(shell, node.left, TESTED);
  const goesOn = node.kind === "and" ? left === 0 : left !== 0;
  if (!goesOn || shell.skip !== undefined) return undefined;
  return yield* run(shell, node.right, flags);
}

/** Counts a `break` or `continue` down at a loop's end; says what the loop has to do. */
function leaveLoop(shell: Shell): Skip {
  const { skip } = shell;
  if (skip !== "break" && skip !== "continue") return skip;
  if (--shell.skipCount > 0) return "break";
  shell.skip = undefined;
  return skip;
}

function* runLoop(shell: Shell, node: Loop, flags: Flags): Routine<number> {
  let status = 0;
  shell.loopDepth++;
  for (;;) {
    const condition = yield* run(shell, node.condition, TESTED);
    let skip = leaveLoop(shell);
    if (skip === "return") status = condition;
    if (skip === undefined) {
      if ((condition === 0) !== (node.kind === "while")) break;
      status = yield* run(shell, node.body, flags & TESTED);
      skip = leaveLoop(shell);
    }
    if (skip !== undefined && skip !== "continue") break;
  }
  shell.loopDepth--;
  return status;
}

function* runFor(shell: Shell, node: For, flags: Flags): Routine<number> {
  setLine(shell, node.line);
  const values: string[] = [];
  for (const word of node.words) for (const field of yield* expandFields(shell, word)) values.push(field);
  let status = 0;
  shell.loopDepth++;
  for (const value of values) {
    yield* shell.guard(() => shell.variables.set(node.name, value));
    status = yield* run(shell, node.body, flags & TESTED);
    const skip = leaveLoop(shell);
    if (skip !== undefined && skip !== "continue") break;
  }
  shell.loopDepth--;
  return status;
}

function* runCase(shell: Shell, node: Case, flags: Flags): Routine<number> {
  setLine(shell, node.line);
  const subject = yield* expandString(shell, node.subject);
  for (const { patterns, body } of node.items) {
    for (const pattern of patterns) {
      if (!matches(yield* expandPattern(shell, pattern), subject)) continue;
      return body === undefined || shell.skip !== undefined ? 0 : yield* run(shell, body, flags);
    }
  }
  return 0;
}

function* runSubshell(shell: Shell, node: Subshell, flags: Flags): Routine<number> {
  setLine(shell, node.line);
  const { body } = node;
  const redirections = yield* expandTargets(shell, node.redirections);
  const start = function* (child: Shell): Routine<void> {
    yield* redirect(child, redirections);
    yield* run(child, body, flags | EXIT);
  };
  if ((flags & EXIT) !== 0 && !shell.traps.mayRun) yield* start(shell);
  return yield* holdingInterrupts(
    shell,
    (function* () {
      const job = shell.jobs.make(shell.isJobControlled);
      yield* shell.engine.fork(shell, job, "foreground", { start, node: body, isSubshell: true });
      return yield* waitForJob(shell, job);
    })(),
  );
}

function* runBackground(shell: Shell, { body, line }: Background): Routine<number> {
  if (body.kind === "pipeline") return yield* runPipeline(shell, body, "background", 0);
  setLine(shell, line);
  const inner = body.kind === "redirected" ? body.body : body;
  const redirections = body.kind === "redirected" ? yield* expandTargets(shell, body.redirections) : [];
  yield* holdingInterrupts(
    shell,
    (function* () {
      const job = shell.jobs.make(shell.isJobControlled);
      yield* shell.engine.fork(shell, job, "background", {
        *start(child) {
          yield* redirect(child, redirections);
          yield* run(child, inner, EXIT);
        },
        node: inner,
      });
    })(),
  );
  return 0;
}

/** All stages are children of the shell, also the last. */
function* runPipeline(
  shell: Shell,
  { stages }: Pipeline,
  how: "foreground" | "background",
  flags: Flags,
): Routine<number> {
  return yield* holdingInterrupts(
    shell,
    (function* () {
      const job = shell.jobs.make(shell.isJobControlled);
      let input: number | undefined;
      for (const [i, node] of stages.entries()) {
        yield* prehash(shell, node);
        const from = input;
        // ash closes the descriptor of the stage before, and says how that went: the first has none.
        const failure = i === 0 ? new Errno("EBADF") : undefined;
        const pipe = i < stages.length - 1 ? yield* makePipe(shell, failure) : undefined;
        yield* shell.engine.fork(shell, job, how, {
          *start(child) {
            yield* connect(from, pipe);
            yield* run(child, node, flags | EXIT);
          },
          node,
        });
        if (from !== undefined) yield* close(from);
        if (pipe !== undefined) yield* close(pipe[1]);
        input = pipe?.[0];
      }
      return how === "foreground" ? yield* waitForJob(shell, job) : 0;
    })(),
  );
}

/** Puts the ends of pipes in the place of standard input and output. */
function* connect(input: number | undefined, output: Pipe | undefined): Routine<void> {
  if (output !== undefined) yield* close(output[0]);
  if (input !== undefined && input > 0) yield* moveTo(input, 0);
  if (output !== undefined && output[1] > 1) yield* moveTo(output[1], 1);
}

function* runRedirected(shell: Shell, node: Redirected, flags: Flags): Routine<number> {
  setLine(shell, node.line);
  const redirections = yield* expandTargets(shell, node.redirections);
  const failed = yield* applyRedirections(shell, redirections);
  const status = failed ? shell.status : yield* run(shell, node.body, flags & TESTED);
  yield* popRedirections(shell);
  return status;
}

function setLine(shell: Shell, line: number): void {
  shell.line = line;
  shell.errorLine = line;
}
