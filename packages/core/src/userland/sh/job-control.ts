/** Job control: process groups that take turns at the terminal, and telling the user about jobs. @see tcsetpgrp(3) */
import {
  close,
  Errno,
  exitCode,
  getpgid,
  ioctl,
  kill,
  O_RDWR,
  open,
  type Routine,
  SIGTSTP,
  SIGTTIN,
  SIGTTOU,
  setpgid,
  type WaitStatus,
} from "../../abi/index.ts";
import { attempt, isatty } from "../io.ts";
import { dupCloseOnExec } from "./descriptors.ts";
import { takeTerminal } from "./foreground.ts";
import type { Job } from "./jobs.ts";
import { withOption } from "./options.ts";
import type { Shell } from "./shell.ts";
import { describeSignal } from "./signal-text.ts";
import { setSignal } from "./signals.ts";
import { reap } from "./wait.ts";

const CONTROL_SIGNALS = [SIGTSTP, SIGTTOU, SIGTTIN] as const;

/** Turns job control on or off, as the option `monitor` says. Without a terminal it cannot be. */
export function* updateJobControl(shell: Shell): Routine<void> {
  const wanted = shell.has("monitor");
  if (wanted === shell.isJobControlled || !shell.isMain) return;
  if (!wanted) {
    yield* takeTerminal(shell, shell.originalGroup);
    yield* attempt(setpgid(0, shell.originalGroup));
    if (shell.terminalFd !== undefined) yield* attempt(close(shell.terminalFd));
    shell.terminalFd = undefined;
    shell.isJobControlled = false;
  } else if (!(yield* openTerminal(shell))) {
    yield* shell.warn("can't access tty; job control turned off");
    shell.setOptions(withOption(shell.options, "monitor", false));
    return;
  } else {
    shell.isJobControlled = true;
    yield* attempt(setpgid(0, shell.pid));
    yield* takeTerminal(shell, shell.pid);
  }
  for (const signal of CONTROL_SIGNALS) yield* setSignal(shell, signal);
}

/** Finds the terminal, and waits until the shell is in the foreground there. */
function* openTerminal(shell: Shell): Routine<boolean> {
  let fd: number | undefined;
  const tty = yield* attempt(open("/dev/tty", O_RDWR));
  if (!(tty instanceof Errno)) fd = tty;
  else for (const standard of [2, 1, 0]) if (fd === undefined && (yield* isatty(standard))) fd = standard;
  if (fd === undefined) return false;
  const own = yield* dupCloseOnExec(fd);
  if (!(tty instanceof Errno)) yield* close(tty);
  for (;;) {
    const group = yield* attempt(ioctl(own, "TIOCGPGRP"));
    if (group instanceof Errno || typeof group !== "number") {
      yield* close(own);
      return false;
    }
    if (group === (yield* getpgid())) {
      shell.terminalFd = own;
      shell.originalGroup = group;
      return true;
    }
    yield* kill(0, SIGTTIN);
  }
}

/** Before a prompt: tells of jobs whose state has changed. */
export function* notifyJobs(shell: Shell): Routine<void> {
  yield* reap(shell, "poll");
  for (const job of [...shell.jobs.all]) {
    if (job.changed) yield* shell.printError(describeJob(shell, job, { pids: false }));
  }
}

/** The lines that `jobs` shows of a job. A job that is done is forgotten by that. */
export function describeJob(shell: Shell, job: Job, { pids }: { readonly pids: boolean }): string {
  const { all } = shell.jobs;
  const mark = job === all[0] ? "+" : job === all[1] ? "-" : " ";
  const head = `[${job.number}]${mark}  `;
  let text = "";
  for (const [i, process] of job.processes.entries()) {
    let line = i === 0 ? head : "";
    if (pids) line = i === 0 ? `${head}${process.pid} ` : `\n${" ".repeat(head.length)}${process.pid} `;
    if (i === 0) line += describeState(job);
    const width = line.replace("\n", "").length;
    const padding = i === 0 || pids ? Math.max(33 - width, 0) : 0;
    text += `${line}${" ".repeat(padding) || " "}${i === 0 ? "" : "| "}${process.text}`;
  }
  job.changed = false;
  if (job.state === "done") shell.jobs.free(job);
  return `${text}\n`;
}

function describeState(job: Job): string {
  if (job.state === "running") return "Running";
  const last = job.processes[job.processes.length - 1]?.status;
  return describeStatus(job.state === "stopped" ? job.stopStatus : last);
}

function describeStatus(status: WaitStatus | undefined): string {
  if (status === undefined || "continued" in status) return "Running";
  if ("stopped" in status) return describeSignal(status.stopped);
  if ("signaled" in status) return `${describeSignal(status.signaled)}${status.core ? " (core dumped)" : ""}`;
  const code = exitCode(status);
  return code === 0 ? "Done" : `Done(${code})`;
}
