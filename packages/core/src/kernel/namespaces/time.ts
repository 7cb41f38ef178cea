/** Time namespaces: how far the clocks that nobody can set are ahead of the machine's. */
import { Namespace } from "./namespace.ts";
import type { UserNamespace } from "./user.ts";

/** @see time_namespaces(7) */
export class TimeNamespace extends Namespace {
  override get kind() {
    return "time" as const;
  }

  readonly monotonic: ClockOffset;
  readonly boottime: ClockOffset;
  /** Somebody lives in it: its clocks cannot be set any more. */
  isEntered = false;

  /** A new one begins with the offsets of its maker's. */
  constructor(id: number, owner: UserNamespace, from?: TimeNamespace) {
    super(id, owner);
    this.monotonic = { seconds: 0, nanoseconds: 0, ...from?.monotonic };
    this.boottime = { seconds: 0, nanoseconds: 0, ...from?.boottime };
  }

  get monotonicOffsetUs(): number {
    return offsetUs(this.monotonic);
  }

  get boottimeOffsetUs(): number {
    return offsetUs(this.boottime);
  }
}

/** How far a clock is ahead of the machine's. */
export interface ClockOffset {
  seconds: number;
  nanoseconds: number;
}

function offsetUs({ seconds, nanoseconds }: ClockOffset): number {
  return seconds * 1_000_000 + Math.floor(nanoseconds / 1000);
}
