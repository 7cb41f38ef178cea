/** jobs, fg, bg, wait. @see jobs(1p), wait(1p) */
import { exitCode, kill, type Routine, SIGCONT } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";
import { regular } from "../builtin.ts";
import { ShellError } from "../errors.ts";
import { takeTerminal } from "../foreground.ts";
import { describeJob } from "../job-control.ts";
import type { Job } from "../jobs.ts";
import { print } from "../print.ts";
import type { Shell } from "../shell.ts";
import { jobStatus, reap, reapOne, waitForJob } from "../wait.ts";
import { readNumber, readOptions } from "./options.ts";

/** The job that `name` means. @throws ShellError */
export function findJob(shell: Shell, name: string | undefined): Job {
  const job = shell.jobs.find(name);
  if (typeof job === "string") throw new ShellError(job);
  return job;
}

export const jobs = regular(function* (shell, { argv, out }): Routine<number> {
  const { given, operands } = readOptions(argv, "lp");
  const has = (letter: string): boolean => given.some(([one]) => one === letter);
  if (operands.length === 0) yield* reap(shell, "poll");
  const wanted = operands.length === 0 ? [...shell.jobs.all] : operands.map((name) => findJob(shell, name));
  for (const job of wanted) {
    yield* print(out, has("p") ? `${job.firstPid}\n` : describeJob(shell, job, { pids: has("l") }));
  }
  return 0;
});

function resume(isForeground: boolean) {
  return regular(function* (shell, { argv, out }): Routine<number> {
    const { operands } = readOptions(argv, "");
    let status = 0;
    for (const name of operands.length === 0 ? [undefined] : operands) {
      const job = findJob(shell, name);
      if (!job.isControlled) throw new ShellError(`job ${name ?? "(null)"} not created under job control`);
      if (!isForeground) {
        shell.jobs.moveToBackground(job);
        yield* print(out, `[${job.number}] `);
      }
      yield* print(out, `${job.processes.map(({ text }) => text).join(" | ")}\n`);
      yield* out.flush();
      if (job.state !== "done") {
        job.state = "running";
        if (isForeground) yield* takeTerminal(shell, job.firstPid);
        yield* attempt(kill(-job.firstPid, SIGCONT));
        for (const process of job.processes) {
          if (process.status !== undefined && "stopped" in process.status) process.status = undefined;
        }
      }
      status = isForeground ? yield* waitForJob(shell, job) : 0;
    }
    return status;
  });
}

export const fg = resume(true);
export const bg = resume(false);

export const wait = regular(function* (shell, { argv }): Routine<number> {
  const { given, operands } = readOptions(argv, "n");
  if (operands.length === 0) return given.length > 0 ? yield* waitForNext(shell) : yield* waitForAll(shell);
  let status = 127;
  for (const name of operands) {
    const job = name.startsWith("%") ? findJob(shell, name) : jobOf(shell, readNumber(name));
    if (job === undefined) {
      status = 127;
      continue;
    }
    yield* reap(shell, "signal", job);
    if (shell.traps.latest !== undefined) return 128 + shell.traps.latest;
    job.waited = true;
    status = jobStatus(shell, job);
  }
  return status;
});

function jobOf(shell: Shell, pid: number): Job | undefined {
  return shell.jobs.all.find((job) => job.lastPid === pid);
}

function* waitForAll(shell: Shell): Routine<number> {
  while (isAnyRunning(shell)) {
    yield* reap(shell, "signal");
    if (shell.traps.latest !== undefined) return 128 + shell.traps.latest;
  }
  return 0;
}

/** Whether a job still runs. The user hears of those before it, in the order of importance. */
function isAnyRunning(shell: Shell): boolean {
  for (const job of shell.jobs.all) {
    if (job.state === "running") return true;
    job.waited = true;
  }
  return false;
}

/**
 * `wait -n`: until a job is done. As in ash, a job that fails does not count while another may still succeed, and the
 * status tells only whether one did.
 */
function* waitForNext(shell: Shell): Routine<number> {
  if (!isAnyRunning(shell)) return shell.jobs.all.length === 0 ? 127 : 0;
  let status = FAILED;
  for (;;) {
    const reaped = yield* reapOne(shell, status === FAILED ? "signal" : "poll");
    if (shell.traps.latest !== undefined) return 128 + shell.traps.latest;
    if (typeof reaped === "string" || reaped.state !== "done") return status;
    const last = reaped.processes[reaped.processes.length - 1]?.status;
    if (last !== undefined && exitCode(last) === 0) status = 0;
  }
}

const FAILED = 129;
