/** A start that somebody has asked for, from then until it is answered. @see moby daemon/start.go containerStart */
import { WaitQueue } from "../../sim/index.ts";

/** How a container is started. */
export interface LaunchOptions {
  /** Nothing is made to happen by it: see `WaitOptions.follows`. */
  readonly follows?: boolean;
  /** Waits also until its program has taken its first steps, or ended. */
  readonly untilBegun?: boolean;
  /** It ran a moment ago: the event `restart` is told, too. */
  readonly isRestart?: boolean;
}

/**
 * Docker answers a request to start when runc and containerd have long told it that the program is executed: whoever hears
 * of it can count on a program that has taken its first steps, and set up what it does about signals. So much later than
 * the start is the answer, in virtual time. A real engine takes rather longer.
 */
export const FIRST_STEPS_US = 1_000;

/** A start that is under way. */
export class Launch {
  /** The life of the daemon in which it was asked for. */
  readonly life: number;
  readonly options: LaunchOptions;
  /** Woken when it is over. */
  readonly changed = new WaitQueue("start");
  isOver = false;
  /** Its program has begun. */
  hasBegun = false;
  /** What went wrong when its program was to begin. */
  error: unknown = undefined;

  constructor(life: number, options: LaunchOptions) {
    this.life = life;
    this.options = options;
  }

  /** Lets go on who has asked for it. */
  end(): void {
    this.isOver = true;
    this.changed.wakeAll();
  }
}
