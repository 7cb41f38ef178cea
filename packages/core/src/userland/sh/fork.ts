/** Subshells: children that go on with a copy of the shell. */
import {
  clone,
  close,
  Errno,
  getpid,
  O_RDONLY,
  open,
  type Routine,
  SIGINT,
  SIGQUIT,
  SIGTERM,
  SIGTSTP,
  SIGTTOU,
  SignalSet,
  setpgid,
  sigprocmask,
} from "../../abi/index.ts";
import { attempt } from "../io.ts";
import { literal, type Node } from "./ast.ts";
import { commandText } from "./command-text.ts";
import { catchLeave, finish } from "./exit.ts";
import { takeTerminal } from "./foreground.ts";
import type { Job } from "./jobs.ts";
import type { ForkMode, Shell, Work } from "./shell.ts";
import { ignoreForGood, setSignal } from "./signals.ts";

interface Birth {
  readonly shell: Shell;
  readonly work: Work;
  readonly how: ForkMode;
  /** The job's first process, 0 if it is the child itself; `undefined` without a process group of its own. */
  readonly group: number | undefined;
  readonly isFirst: boolean;
  /** The signals to block once it is ready, if others are until then. */
  readonly mask: SignalSet | undefined;
}

const IGNORED_IN_BACKGROUND = SignalSet.of(SIGINT, SIGQUIT);

/** Makes a child that does `work`, as a process of `job`; gives its pid. @throws Leave if that cannot be. */
export function* fork(shell: Shell, job: Job | undefined, how: ForkMode, work: Work): Routine<number> {
  const group = how !== "plain" && job?.isControlled === true ? job.firstPid : undefined;
  const isFirst = (job?.processes.length ?? 0) === 0;
  const child = shell.copy();
  if (work.isSubshell !== true && isNamed(work.node, "trap", 1)) child.traps.shown = new Map(shell.traps.actions);
  if (isNamed(work.node, "jobs")) child.jobs.copyFrom(shell.jobs, job);
  // What is sent to it before it is ready waits, and is then ignored.
  const isDeaf = how === "background" && group === undefined;
  const mask = isDeaf ? yield* sigprocmask("block", IGNORED_IN_BACKGROUND) : undefined;
  const pid = yield* attempt(clone(beBorn, { shell: child, work, how, group, isFirst, mask }));
  if (mask !== undefined) yield* sigprocmask("set", mask);
  if (pid instanceof Errno) {
    if (job !== undefined) shell.jobs.free(job);
    return yield* shell.fail(`can't fork: ${pid.message}`);
  }
  if (group !== undefined) yield* attempt(setpgid(pid, group === 0 ? pid : group));
  if (job !== undefined) {
    const text = shell.isJobControlled && work.node !== undefined ? commandText(work.node) : "";
    job.processes.push({ pid, status: undefined, text });
    if (how === "background") {
      shell.lastBackground = pid;
      shell.jobs.moveToBackground(job);
    }
  }
  return pid;
}

/** The entry of a child. */
function* beBorn(birth: Birth): Routine<number> {
  const { shell, work } = birth;
  const reason = yield* catchLeave(
    (function* () {
      yield* settleIn(birth);
      yield* work.start(shell);
    })(),
  );
  return yield* finish(shell, reason);
}

function* settleIn({ shell, how, group, isFirst, mask }: Birth): Routine<void> {
  const [first] = shell.inputs;
  if (first?.fd === 0) shell.firstLine = first.line;
  for (const { fd } of shell.inputs.splice(0)) if (fd !== undefined && fd > 0) yield* attempt(close(fd));
  if (group !== undefined) {
    const leader = group === 0 ? yield* getpid() : group;
    yield* attempt(setpgid(0, leader));
    if (how === "foreground") yield* takeTerminal(shell, leader);
    yield* setSignal(shell, SIGTSTP);
    yield* setSignal(shell, SIGTTOU);
  } else if (how === "background") {
    yield* ignoreForGood(shell, SIGINT);
    yield* ignoreForGood(shell, SIGQUIT);
    if (mask !== undefined) yield* sigprocmask("set", mask);
    if (isFirst) {
      yield* attempt(close(0));
      const fd = yield* attempt(open("/dev/null", O_RDONLY));
      if (fd instanceof Errno) yield* shell.fail(`can't open '/dev/null': ${fd.message}`);
    }
  }
  if (shell.level !== 1) return;
  if (shell.has("interactive")) {
    yield* setSignal(shell, SIGINT);
    yield* setSignal(shell, SIGTERM);
  }
  yield* setSignal(shell, SIGQUIT);
}

/** True for a simple command that is called `name`, with at most `words` words. */
function isNamed(node: Node | undefined, name: string, words = Number.POSITIVE_INFINITY): boolean {
  if (node?.kind !== "simple" || node.words[0] === undefined || node.words.length > words) return false;
  return literal(node.words[0]) === name;
}
