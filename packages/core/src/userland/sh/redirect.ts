/**
 * Redirections: opens files and pipes in the place of descriptors, and puts the old ones back.
 *
 * A descriptor that is in the way is moved to 10 or above, where it is closed by an exec.
 * @see POSIX.1-2017, Shell Command Language, 2.7
 */
import {
  close,
  dup3,
  Errno,
  fstat,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  open,
  PIPE_BUF,
  type Routine,
  SIGHUP,
  SIGINT,
  SIGQUIT,
  SIGTSTP,
  stat,
} from "../../abi/index.ts";
import { byteString, fromByteString, fromLatin1 } from "../../lib/index.ts";
import { attempt, writeAll } from "../io.ts";
import type { Redirection, RedirectionOperator, Word } from "./ast.ts";
import { isNumber } from "./characters.ts";
import { dupCloseOnExec, FIRST_INTERNAL_FD, makePipe, moveAway } from "./descriptors.ts";
import { Leave } from "./errors.ts";
import { expandQuoted, expandString } from "./expand.ts";
import type { Shell } from "./shell.ts";
import { holdingInterrupts, ignoreForGood } from "./signals.ts";

/** A redirection whose word has been expanded. */
export type Target =
  | { readonly kind: "file"; readonly operator: RedirectionOperator; readonly fd: number; readonly path: string }
  | { readonly kind: "copy"; readonly fd: number; readonly from: number | "closed" }
  | { readonly kind: "text"; readonly fd: number; readonly word: Word; readonly ending: string };

/** Expands the words of redirections. Texts are expanded later, when they are written. */
export function* expandTargets(shell: Shell, redirections: readonly Redirection[]): Routine<readonly Target[]> {
  const targets: Target[] = [];
  for (const redirection of redirections) targets.push(yield* expandTarget(shell, redirection));
  return targets;
}

function* expandTarget(shell: Shell, { operator, fd, target }: Redirection): Routine<Target> {
  if (operator === "<<") return { kind: "text", fd, word: target, ending: "" };
  if (operator === "<<<") return { kind: "text", fd, word: target, ending: "\n" };
  const path = yield* expandString(shell, target);
  if (operator !== "<&" && operator !== ">&") return { kind: "file", operator, fd, path };
  const [only] = target;
  if (path === "-" && target.length === 1 && only?.kind === "text" && !only.quoted) {
    return { kind: "copy", fd, from: "closed" };
  }
  if (isNumber(path) && Number(path) <= 0x7fffffff) return { kind: "copy", fd, from: Number(path) };
  if (path === "" || isNumber(path)) return yield* shell.fail("syntax error: bad fd number");
  if (fd !== 1) return yield* shell.fail("redir error");
  return { kind: "file", operator: "&>", fd, path };
}

/**
 * Redirects for one command; `popRedirections` undoes it, also after a failure.
 *
 * @returns true if a redirection failed; the status is 1 then, and the message has been printed.
 */
export function* applyRedirections(shell: Shell, targets: readonly Target[]): Routine<boolean> {
  if (targets.length === 0) return false;
  const level = new Map<number, number | "closed">();
  shell.redirections.push(level);
  try {
    yield* holdingInterrupts(shell, redirectAll(shell, targets, level));
    return false;
  } catch (error) {
    if (!(error instanceof Leave) || error.reason !== "error") throw error;
    shell.status = 1;
    return true;
  }
}

/** Redirects for good. @throws Leave */
export function* redirect(shell: Shell, targets: readonly Target[]): Routine<void> {
  yield* redirectAll(shell, targets, undefined);
}

/** Puts back what the innermost level of redirections has moved; with `keep`, only forgets it. */
export function* popRedirections(shell: Shell, options: { readonly keep: boolean } = { keep: false }): Routine<void> {
  for (const [fd, saved] of shell.redirections.pop() ?? []) {
    if (saved === "closed") {
      if (!options.keep) yield* attempt(close(fd));
    } else {
      if (!options.keep) yield* dup3(saved, fd);
      yield* close(saved);
    }
  }
}

/** Undoes levels of redirections until `depth` are left. */
export function* unwindRedirections(shell: Shell, depth: number): Routine<void> {
  while (shell.redirections.length > depth) yield* popRedirections(shell);
}

type Level = Map<number, number | "closed">;

function* redirectAll(shell: Shell, targets: readonly Target[], level: Level | undefined): Routine<void> {
  for (const target of targets) {
    const { fd } = target;
    if (target.kind === "copy") {
      if (target.from === fd) continue;
      const closed = yield* save(shell, fd, target.from, level);
      if (target.from !== "closed") yield* copy(shell, target.from, fd, level);
      else if (!closed) yield* attempt(close(fd));
      continue;
    }
    const from = target.kind === "file" ? yield* openFile(shell, target) : yield* openText(shell, target);
    if (from === fd) {
      if (level !== undefined && !level.has(fd)) level.set(fd, "closed");
      continue;
    }
    yield* save(shell, fd, from, level);
    yield* copy(shell, from, fd, level);
    yield* close(from);
    if (target.kind === "file" && target.operator === "&>" && fd === 1) {
      yield* save(shell, 2, 1, level);
      yield* copy(shell, 1, 2, level);
    }
  }
}

function* copy(shell: Shell, from: number, to: number, level: Level | undefined): Routine<void> {
  if (isInternal(shell, from, level)) yield* shell.fail(`${from}: Bad file descriptor`);
  const result = yield* attempt(dup3(from, to));
  if (result instanceof Errno) yield* shell.fail(`dup2(${from},${to}): ${result.message}`);
}

/** Descriptors that the shell has for itself do not exist for scripts. */
function isInternal(shell: Shell, fd: number, level: Level | undefined): boolean {
  if (fd === shell.terminalFd) return true;
  if (fd !== 0 && shell.inputs.some((input) => input.fd === fd)) return true;
  return [...(level?.values() ?? [])].includes(fd);
}

/** Puts what `fd` is now out of the way. Returns true if it is closed by that. */
function* save(shell: Shell, fd: number, avoid: number | "closed", level: Level | undefined): Routine<boolean> {
  const minimum = Math.max(FIRST_INTERNAL_FD, avoid === "closed" ? 0 : avoid + 1);
  if (fd === shell.terminalFd) {
    shell.terminalFd = yield* moveAway(fd, minimum);
    return true;
  }
  if (level === undefined) return false;
  for (const input of shell.inputs) {
    if (fd === 0 || input.fd !== fd) continue;
    input.fd = yield* moveAway(fd, minimum);
    return true;
  }
  for (const [original, saved] of level) {
    if (saved !== fd) continue;
    level.set(original, yield* dupCloseOnExec(fd, minimum));
    return false;
  }
  if (level.has(fd)) return false;
  const saved = yield* attempt(dupCloseOnExec(fd, minimum));
  if (!(saved instanceof Errno)) level.set(fd, saved);
  else if (saved.code === "EBADF") level.set(fd, "closed");
  else yield* shell.fail(`fcntl(${fd},F_DUPFD,${minimum}): ${saved.message}`);
  if (fd === shell.traceFd && !(saved instanceof Errno)) shell.traceFd = saved;
  return false;
}

function* openFile(shell: Shell, { operator, path }: Extract<Target, { kind: "file" }>): Routine<number> {
  const name = fromByteString(path);
  const opened = yield* attempt(
    operator === ">" || operator === "&>" ? openToWrite(shell, name) : open(name, OPEN_FLAGS[operator] ?? O_RDONLY),
  );
  if (!(opened instanceof Errno)) return opened;
  const isMissing = opened.code === "ENOENT" || opened.code === "ENOTDIR";
  if (operator === "<") {
    return yield* shell.fail(`can't open ${path}: ${isMissing ? "no such file" : opened.message}`);
  }
  return yield* shell.fail(`can't create ${path}: ${isMissing ? "nonexistent directory" : opened.message}`);
}

const OPEN_FLAGS: Partial<Record<RedirectionOperator, number>> = {
  "<": O_RDONLY,
  "<>": O_RDWR | O_CREAT,
  ">>": O_WRONLY | O_CREAT | O_APPEND,
  ">|": O_WRONLY | O_CREAT | O_TRUNC,
};

/** `>`: with noclobber, an existing regular file stays as it is. @throws Errno */
function* openToWrite(shell: Shell, path: string): Routine<number> {
  if (!shell.has("noclobber")) return yield* open(path, O_WRONLY | O_CREAT | O_TRUNC);
  const before = yield* attempt(stat(path));
  if (before instanceof Errno) return yield* open(path, O_WRONLY | O_CREAT | O_EXCL);
  if (before.type === "file") throw new Errno("EEXIST");
  const fd = yield* attempt(open(path, O_WRONLY));
  if (fd instanceof Errno) return yield* shell.fail(`can't open ${byteString(path)}: ${fd.message}`);
  if ((yield* fstat(fd)).type !== "file") return fd;
  yield* close(fd);
  throw new Errno("EEXIST");
}

/** A pipe that holds the text of a here-document; a child feeds what does not fit into it. */
function* openText(shell: Shell, { word, ending }: Extract<Target, { kind: "text" }>): Routine<number> {
  const [input, output] = yield* makePipe(shell);
  const text = ending === "" ? yield* expandQuoted(shell, word) : (yield* expandString(shell, word)) + ending;
  const bytes = fromLatin1(text);
  if (bytes.length <= PIPE_BUF) yield* writeAll(output, bytes);
  else {
    yield* shell.engine.fork(shell, undefined, "plain", {
      *start(child) {
        yield* close(input);
        for (const signal of [SIGINT, SIGQUIT, SIGHUP, SIGTSTP]) yield* ignoreForGood(child, signal);
        yield* attempt(writeAll(output, bytes));
        child.status = 0;
      },
      node: undefined,
    });
  }
  yield* close(output);
  return input;
}
