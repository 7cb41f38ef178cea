/**
 * Waiting for children: reaping whatever has ended, and saying how a job was killed.
 *
 * Like ash, the shell reaps any child at any wait, whichever it waits for.
 */
import {
  Errno,
  exitCode,
  kill,
  type Routine,
  SIGCHLD,
  SIGINT,
  SIGPIPE,
  SignalSet,
  sigprocmask,
  sigsuspend,
  type Waited,
  type WaitStatus,
  WNOHANG,
  WUNTRACED,
  wait4,
} from "../../abi/index.ts";
import { takeTerminal } from "./foreground.ts";
import type { Job } from "./jobs.ts";
import type { Shell } from "./shell.ts";
import { describeSignal } from "./signal-text.ts";
import { holdingInterrupts, setSignal } from "./signals.ts";

/** `block` waits for a child; `signal` for a child or a signal that the shell catches; `poll` does not wait. */
export type Waiting = "block" | "signal" | "poll";

const ALL_SIGNALS = new SignalSet(-1, -1);

/** Waits until `job` runs no more, and gives its status. It is forgotten, unless it has only stopped. */
export function* waitForJob(shell: Shell, job: Job): Routine<number> {
  yield* reap(shell, "block", job);
  const status = jobStatus(shell, job);
  if (shell.isJobControlled && job.isControlled) {
    yield* takeTerminal(shell, shell.pid);
    // ^C went to the job alone; the shell was meant as well.
    if (wasInterrupted(job)) yield* kill(shell.pid, SIGINT);
  }
  if (job.state === "done") shell.jobs.free(job);
  return status;
}

function wasInterrupted({ processes }: Job): boolean {
  const status = processes[processes.length - 1]?.status;
  return status !== undefined && "signaled" in status && status.signaled === SIGINT;
}

/** Reaps children until there is nothing left to wait for: `job` has changed, or no child is left. */
export function* reap(shell: Shell, waiting: Waiting, job?: Job): Routine<void> {
  let how = job !== undefined && job.state !== "running" ? "poll" : waiting;
  if (how === "poll" && !shell.traps.childChanged && shell.isMain) return;
  for (;;) {
    const changed = yield* reapOne(shell, how, job);
    if (changed === "none") return;
    if (changed === "nothing-yet" || (job !== undefined && job.state !== "running")) how = "poll";
    if (changed === "nothing-yet") return;
  }
}

/** The job whose process was reaped, `stray` for a process of no job; `none` without children. */
export type Reaped = Job | "stray" | "nothing-yet" | "none";

/** Reaps one child. A signal that `waiting` heeds makes it end early, with `nothing-yet`. */
export function* reapOne(shell: Shell, waiting: Waiting, shown?: Job): Routine<Reaped> {
  return yield* holdingInterrupts(
    shell,
    (function* (): Routine<Reaped> {
      const waited = yield* waitForChild(shell, waiting);
      if (typeof waited === "string") return waited;
      const job = shell.jobs.report(waited.pid, waited.status);
      if (job !== undefined && job === shown) yield* showEnd(shell, waited.status);
      return job ?? "stray";
    })(),
  );
}

function* waitForChild(shell: Shell, waiting: Waiting): Routine<Waited | "nothing-yet" | "none"> {
  const flags = (waiting === "block" ? 0 : WNOHANG) | (shell.isJobControlled ? WUNTRACED : 0);
  if (waiting === "signal") yield* setSignal(shell, SIGCHLD);
  for (;;) {
    shell.traps.childChanged = false;
    const waited = yield* tryWait(flags);
    if (waited !== undefined) return waited;
    if (waiting === "poll") return "nothing-yet";
    yield* sleepUntilSignal(shell);
    if (!shell.traps.childChanged) return "nothing-yet";
  }
}

/** `undefined` if no child has changed. A signal does not end it. */
function* tryWait(flags: number): Routine<Waited | "none" | undefined> {
  for (;;) {
    try {
      return yield* wait4(-1, flags);
    } catch (error) {
      if (!(error instanceof Errno)) throw error;
      if (error.code !== "EINTR") return "none";
    }
  }
}

/** Sleeps until a child changes or a caught signal comes; one that came before counts. */
function* sleepUntilSignal(shell: Shell): Routine<void> {
  const mask = yield* sigprocmask("set", ALL_SIGNALS);
  try {
    while (!shell.traps.childChanged && shell.traps.latest === undefined) yield* sigsuspend(mask);
  } catch (error) {
    if (!(error instanceof Errno)) throw error;
  }
  yield* sigprocmask("set", mask);
}

/** Says how a job was killed; the two usual ways to die are passed over. */
function* showEnd(shell: Shell, status: WaitStatus): Routine<void> {
  if (!("signaled" in status) || status.signaled === SIGINT || status.signaled === SIGPIPE) return;
  yield* shell.printError(`${describeSignal(status.signaled)}${status.core ? " (core dumped)" : ""}\n`);
}

/** The status of the last process; with pipefail, of the last that failed. */
export function jobStatus(shell: Shell, job: Job): number {
  const codes = job.processes.map(({ status }) => (status === undefined ? 0 : exitCode(status)));
  const last = codes[codes.length - 1] ?? 0;
  return last === 0 && shell.has("pipefail") ? (codes.findLast((code) => code !== 0) ?? 0) : last;
}
