/**
 * Simple commands: expansion, redirections, assignments, and then a function, a built-in or a program.
 *
 * @see POSIX.1-2017, Shell Command Language, 2.9.1
 */
import { burn, detour, type Routine } from "../../abi/index.ts";
import { assignedName, type Simple, type Word } from "./ast.ts";
import type { Builtin } from "./builtin.ts";
import { isNumber } from "./characters.ts";
import { Leave } from "./errors.ts";
import { expandAssignment, expandFields } from "./expand.ts";
import { DEFAULT_PATH, type Found, findCommand, findInShell } from "./find-command.ts";
import { launch } from "./launch.ts";
import { declareMemory } from "./memory.ts";
import { applyRedirections, expandTargets, popRedirections, unwindRedirections } from "./redirect.ts";
import { runBuiltin } from "./run-builtin.ts";
import { EXIT, type Flags, type Shell, TESTED, toText } from "./shell.ts";
import { holdingInterrupts } from "./signals.ts";
import { trace } from "./trace.ts";
import { reap, waitForJob } from "./wait.ts";

/** CPU time of one command that the shell interprets, in microseconds: so that a loop of built-ins takes time. */
const STEP_US = 5;

/**
 * How many built-ins a shell gets done before a child that it has killed is dead: a hundred microseconds, where here it is
 * dead at once. After `kill $!; true`, `wait` still tells of the signal.
 */
const DEATH_COMMANDS = 20;

/** What the first words say of a command, before the others are expanded. */
interface Target {
  /** The expanded words so far, without `command`. */
  readonly words: string[];
  /** The words that are left to expand. */
  readonly rest: readonly Word[];
  readonly found: Found | undefined;
  /** A special built-in: an error in it ends the shell, and assignments before it stay. */
  readonly isSpecial: boolean;
  /** After `command`: no functions, and for `command -p` another PATH. */
  readonly afterCommand: boolean;
  readonly path: string | undefined;
}

export function* runSimple(shell: Shell, node: Simple, flags: Flags): Routine<number> {
  yield* burn(STEP_US);
  shell.line = node.line;
  shell.errorLine = node.line;
  const levels = shell.redirections.length;
  const scopes = shell.variables.depth;
  shell.substitutionStatus = 0;
  const target = yield* findTarget(shell, node.words);
  const assigns = target.found?.kind === "builtin" && target.found.builtin.takesAssignments;
  const argv = [...target.words];
  for (const word of target.rest) {
    if (assigns && assignedName(word) !== undefined) argv.push(yield* expandAssignment(shell, word));
    else for (const field of yield* expandFields(shell, word)) argv.push(field);
  }
  const isLocal = argv.length > 0 && !target.isSpecial;
  if (isLocal) shell.variables.pushScope();
  const isExec = target.found?.kind === "builtin" && target.found.builtin === shell.engine.builtins.get("exec");
  let status: number;
  try {
    status = yield* redirectAndRun(shell, node, target, argv, { isLocal, isExec, flags });
  } catch (error) {
    if (shell.variables.depth > scopes) shell.variables.popScopes(scopes);
    throw error;
  }
  if (node.redirections.length > 0) yield* popRedirections(shell, { keep: isExec });
  yield* unwindRedirections(shell, levels);
  shell.variables.popScopes(scopes);
  return status;
}

interface How {
  readonly isLocal: boolean;
  readonly isExec: boolean;
  readonly flags: Flags;
}

function* redirectAndRun(
  shell: Shell,
  node: Simple,
  target: Target,
  argv: readonly string[],
  how: How,
): Routine<number> {
  const targets = yield* expandTargets(shell, node.redirections);
  shell.traceFd = traceFd(shell);
  if (yield* applyRedirections(shell, targets)) return bail(shell, target, 1);
  const assignments: string[] = [];
  for (const word of node.assignments) {
    const text = yield* expandAssignment(shell, word);
    assignments.push(text);
    yield* assign(shell, text, { isLocal: how.isLocal, isExported: how.isLocal || (how.isExec && argv.length > 1) });
  }
  yield* declareMemory(shell);
  yield* trace(shell, assignments, argv);
  const status = yield* dispatch(shell, node, target, argv, how.flags);
  yield* heedChildren(shell);
  return status;
}

/** A loop of built-ins alone learns here that a child has ended. @see busybox shell/ash.c:waitforjob */
function* heedChildren(shell: Shell): Routine<void> {
  const { traps } = shell;
  if (traps.childChanged && ++traps.commandsSinceChild > DEATH_COMMANDS) yield* reap(shell, "poll");
}

/** A command that could not be started: an error, if it is a special built-in. */
function bail(shell: Shell, target: Target, status: number): number {
  shell.status = status;
  if (target.isSpecial) shell.leave("error");
  return status;
}

function* assign(
  shell: Shell,
  text: string,
  { isLocal, isExported }: { readonly isLocal: boolean; readonly isExported: boolean },
): Routine<void> {
  const equals = text.indexOf("=");
  const name = text.slice(0, equals);
  const value = text.slice(equals + 1);
  yield* shell.guard(() => {
    if (isLocal) shell.variables.makeLocal(name, value, { exported: isExported });
    else shell.variables.set(name, value, { exported: isExported });
  });
}

/** Expands words until it is known what the command is; takes `command` away. */
function* findTarget(shell: Shell, words: readonly Word[]): Routine<Target> {
  const queue = [...words];
  const fields: string[] = [];
  const next = function* (): Routine<string | undefined> {
    while (fields.length === 0) {
      const word = queue.shift();
      if (word === undefined) return undefined;
      for (const field of yield* expandFields(shell, word)) fields.push(field);
    }
    return fields.shift();
  };
  const taken: string[] = [];
  let isSpecial: boolean | undefined;
  let afterCommand = false;
  let path: string | undefined;
  let name = yield* next();
  let found: Found | undefined;
  while (name !== undefined) {
    found = findInShell(shell, name, { functions: !afterCommand });
    taken.push(name);
    if (found?.kind !== "builtin") break;
    isSpecial ??= found.builtin.isSpecial;
    if (found.builtin !== shell.engine.builtins.get("command")) break;
    const options = yield* commandOptions(next, taken);
    if (options === undefined) break;
    taken.length = 0;
    afterCommand = true;
    if (options.usesDefaultPath) path = DEFAULT_PATH;
    name = options.name;
  }
  return { words: [...taken, ...fields], rest: queue, found, isSpecial: isSpecial ?? false, afterCommand, path };
}

/** The options of `command`, and the name after them; `undefined` if it is not to run a command. */
function* commandOptions(
  next: () => Routine<string | undefined>,
  taken: string[],
): Routine<{ readonly name: string; readonly usesDefaultPath: boolean } | undefined> {
  let usesDefaultPath = false;
  for (;;) {
    const word = yield* next();
    if (word === undefined) return undefined;
    if (!word.startsWith("-") || word === "-") return { name: word, usesDefaultPath };
    taken.push(word);
    if (word === "--") {
      const name = yield* next();
      return name === undefined ? undefined : { name, usesDefaultPath };
    }
    if (/[^p]/.test(word.slice(1))) return undefined;
    usesDefaultPath = true;
  }
}

function* dispatch(shell: Shell, node: Simple, target: Target, argv: readonly string[], flags: Flags): Routine<number> {
  const [name] = argv;
  if (name === undefined) {
    shell.status = shell.substitutionStatus;
    return shell.status;
  }
  const { path } = target;
  const found =
    target.found?.kind === "builtin"
      ? target.found
      : yield* findCommand(shell, name, { functions: !target.afterCommand, path });
  switch (found.kind) {
    case "builtin":
      return yield* runBuiltinCommand(shell, found.builtin, argv, target.isSpecial, flags);
    case "function":
      return yield* runFunction(shell, found.definition, argv, flags);
    case "nothing": {
      const { unknown } = shell.engine.traits;
      if (unknown !== undefined) return bail(shell, target, yield* unknown(argv.map(toText), new Map()));
      const handler = shell.functions.get("command_not_found_handle");
      if (handler !== undefined) yield* runFunction(shell, handler, ["command_not_found_handle", name], 0);
      else yield* shell.warn(`${name}: ${found.error?.message ?? "not found"}`);
      return bail(shell, target, 127);
    }
    default:
      return yield* runProgram(shell, node, argv, { path, index: found.kind === "file" ? found.index : -1, flags });
  }
}

function* runBuiltinCommand(
  shell: Shell,
  builtin: Builtin,
  argv: readonly string[],
  isSpecial: boolean,
  flags: Flags,
): Routine<number> {
  try {
    yield* runBuiltin(shell, builtin, argv, flags);
  } catch (error) {
    if (!(error instanceof Leave) || error.reason !== "error" || isSpecial) throw error;
  }
  return shell.status;
}

type ShellFunction = Extract<Found, { kind: "function" }>["definition"];

/** Functions within functions, at most. */
const MAX_FUNCTION_DEPTH = 1000;
/** As many share a stack of the host. */
const DEPTH_OF_STACK = 50;

function* runFunction(shell: Shell, definition: ShellFunction, argv: readonly string[], flags: Flags): Routine<number> {
  if (shell.functionDepth >= MAX_FUNCTION_DEPTH) return yield* shell.fail("function recursion limit exceeded");
  const { parameters, getopts, functionName, functionLine, line } = shell;
  const restoreErrorTrap = shell.traps.hideErrorTrap(shell.has("errtrace"));
  shell.setParameters(argv.slice(1));
  shell.functionName = definition.name;
  shell.functionLine = definition.line;
  shell.functionDepth++;
  try {
    const work = shell.engine.run(shell, definition.body, flags & TESTED);
    yield* shell.functionDepth % DEPTH_OF_STACK === 0 ? detour(work) : work;
  } finally {
    shell.functionDepth--;
    shell.functionName = functionName;
    shell.functionLine = functionLine;
    shell.line = line;
    shell.parameters = parameters;
    shell.getopts = getopts;
    restoreErrorTrap();
    if (shell.skip === "return" || shell.skip === "return-plain") shell.skip = undefined;
  }
  return shell.status;
}

function* runProgram(
  shell: Shell,
  node: Simple,
  argv: readonly string[],
  how: { readonly path: string | undefined; readonly index: number; readonly flags: Flags },
): Routine<number> {
  const path = how.path ?? shell.variables.get("PATH") ?? "";
  const target = { file: argv[0] ?? "", argv, path, index: how.index };
  if ((how.flags & EXIT) !== 0 && !shell.traps.mayRun) return yield* launch(shell, { inPlace: true, ...target });
  return yield* holdingInterrupts(
    shell,
    (function* () {
      const job = shell.jobs.make(shell.isJobControlled);
      yield* shell.engine.fork(shell, job, "foreground", {
        start: (child) => launch(child, { ...target, inPlace: false }),
        node,
      });
      return yield* waitForJob(shell, job);
    })(),
  );
}

function traceFd(shell: Shell): number {
  const given = shell.has("xtrace") ? shell.variables.get("BASH_XTRACEFD") : undefined;
  return given !== undefined && isNumber(given) ? Number(given) : 2;
}
