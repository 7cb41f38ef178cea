/**
 * A way to meddle with system calls: somebody above the kernel decides what becomes of a call before it is made.
 *
 * Like the error injection of strace(1) and the kernel's fault-injection framework; while nobody does it, a call costs
 * one comparison more.
 *
 * @see strace(1) --inject, Documentation/fault-injection/fault-injection.rst
 */
import { type Call, Errno, type ErrnoCode } from "../abi/index.ts";
import { type Process, type Resumable, type Sleeper, Sleeping } from "./process.ts";
import { dispatch } from "./syscalls/index.ts";

/** What becomes of a call. */
export interface Interception {
  /** It begins this much later. No signal but SIGKILL ends that, as with a disk that does not answer. */
  readonly delayUs?: number;
  /** Another call is made in its place. */
  readonly call?: Call;
  /** It fails with this: without `call` nothing is done, else after that was made. */
  readonly errno?: ErrnoCode;
}

/** Decides about calls; `undefined` lets one pass. */
export type Interceptor = (process: Process, call: Call) => Interception | undefined;

export function makeIntercepted(intercept: Interceptor, process: Process, call: Call): unknown {
  const verdict = intercept(process, call);
  if (verdict === undefined) return dispatch(process, call);
  const { delayUs = 0 } = verdict;
  if (delayUs <= 0) return carryOut(process, call, verdict);
  return new Sleeping(later(process, delayUs, () => carryOut(process, call, verdict)));
}

function carryOut(process: Process, call: Call, { call: other, errno }: Interception): unknown {
  if (errno === undefined) return dispatch(process, other ?? call);
  if (other !== undefined) {
    const answer = dispatch(process, other);
    if (answer instanceof Sleeping) return new Sleeping(failingAfter(answer.sleeper, errno));
    if (answer instanceof Errno) return answer;
  }
  return new Errno(errno);
}

function* later(process: Process, delayUs: number, carry: () => unknown): Sleeper<unknown> {
  const { kernel } = process;
  const untilUs = kernel.monotonicUs + delayUs;
  while ((yield { on: [], untilUs }) !== "timeout");
  const answer = carry();
  const heldUntilUs = kernel.takeHoldUp();
  if (heldUntilUs > 0) while ((yield { on: [], untilUs: heldUntilUs }) !== "timeout");
  if (answer instanceof Errno) throw answer;
  return answer instanceof Sleeping ? yield* answer.sleeper : answer;
}

function* failingAfter(sleeper: Resumable<unknown>, errno: ErrnoCode): Sleeper<unknown> {
  yield* sleeper;
  throw new Errno(errno);
}
