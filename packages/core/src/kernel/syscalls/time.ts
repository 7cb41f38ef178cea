/**
 * Calls on time.
 *
 * @see nanosleep(2), clock_gettime(2), sysinfo(2)
 */
import { Errno } from "../../abi/index.ts";
import { WaitQueue } from "../../sim/index.ts";
import { type Park, type Process, type Resumable, type Sleeper, Sleeping, type Wakeup } from "../process.ts";
import type { SyscallTable } from "./table.ts";

export const timeCalls = {
  nanosleep: (process, durationUs) => {
    if (!(durationUs >= 0)) throw new Errno("EINVAL");
    return new Sleeping(Nap.until(process.kernel.monotonicUs + Math.ceil(durationUs)));
  },

  clock_gettime: (process, clock) => {
    const { kernel, ns } = process;
    const sinceBoot = kernel.monotonicUs - kernel.world.clock.startUs;
    switch (clock) {
      case "realtime":
        return kernel.nowUs;
      case "monotonic":
        return sinceBoot + ns.time.monotonicOffsetUs;
      case "boottime":
        return sinceBoot + ns.time.boottimeOffsetUs;
      case "process-cpu":
        return process.cpuUs;
    }
  },

  // The world has one clock, and it belongs to nobody inside: with CAP_SYS_TIME it cannot be set either.
  clock_settime: () => {
    throw new Errno("EPERM");
  },

  adjtimex: (process, changes) => {
    if (changes !== undefined && Object.keys(changes).length > 0) throw new Errno("EPERM");
    return { ...UNDISCIPLINED, timeUs: process.kernel.nowUs };
  },

  hold: (process, promise, options) => new Sleeping(hold(process, promise, options)),
} satisfies Partial<SyscallTable>;

/** A clock that nobody ever compared with another one. @see kernel/time/ntp.c */
const UNDISCIPLINED = {
  offset: 0,
  frequency: 0,
  maxError: 16_000_000,
  estimatedError: 16_000_000,
  status: 64,
  constant: 2,
  precision: 1,
  tolerance: 32_768_000,
  tick: 10_000,
  state: 5,
} as const;

const NOTHING: Park["on"] = [];

/** Sleeps until a time comes. No generator, for there are machines full of processes that do nothing else. */
class Nap implements Park, Resumable<undefined> {
  static readonly #END: IteratorResult<Park, undefined> = { done: true, value: undefined };
  static readonly #endless = new Nap(undefined);
  readonly untilUs: number | undefined;

  static until(us: number): Nap {
    return Number.isFinite(us) ? new Nap(us) : Nap.#endless;
  }

  private constructor(untilUs: number | undefined) {
    this.untilUs = untilUs;
  }

  get on(): Park["on"] {
    return NOTHING;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(wakeup: Wakeup): IteratorResult<Park, undefined> {
    if (wakeup === "timeout") return Nap.#END;
    if (wakeup === "interrupted") throw new Errno("EINTR");
    return { done: false, value: this };
  }
}

/** Waits for JavaScript, not for the world. Whoever ends the process ends its hold on the world too. */
function* hold(
  process: Process,
  promise: Promise<unknown>,
  options: { readonly outside: boolean },
): Sleeper<undefined> {
  const { world, events } = process.kernel;
  const changed = new WaitQueue("JavaScript");
  let state: "pending" | "settled" | "stuck" = "pending";
  const end = (how: "settled" | "stuck"): void => {
    if (state !== "pending") return;
    state = how;
    release();
    events.off("exited", ended);
    changed.wakeAll();
  };
  const ended = (event: { readonly process: Process }): void => {
    if (event.process === process) end("settled");
  };
  const release = world.hold(promise, options.outside ? {} : { onStuck: () => end("stuck") });
  events.on("exited", ended);
  const settled = (): void => end("settled");
  promise.then(settled, settled);
  while ((state as string) === "pending") {
    if ((yield { on: [changed] }) !== "interrupted") continue;
    end("settled");
    throw new Errno("EINTR");
  }
  if ((state as string) === "stuck") throw new Errno("EDEADLK");
  return undefined;
}
