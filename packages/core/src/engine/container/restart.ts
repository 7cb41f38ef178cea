/**
 * Restart policies: whether a container that has ended is started again, and after how long.
 *
 * @see moby restartmanager/restartmanager.go
 */
import { SIGKILL, type Signal } from "../../abi/index.ts";
import type { RestartPolicy } from "../docker/create-body.ts";
import { parseSignal } from "../signal-names.ts";

const FIRST_DELAY_US = 100_000;
const LONGEST_DELAY_US = 60_000_000;
/** A container that has run this long is restarted with the first delay again. */
const LONG_RUN_US = 10_000_000;

/** How a container has ended. */
export interface Ending {
  readonly exitCode: number;
  /** The user stopped or killed it. */
  readonly byHand: boolean;
  readonly ranUs: number;
}

export class RestartBackoff {
  /** How often it was started again since somebody started it. */
  count = 0;
  #delayUs = 0;

  /** Microseconds until the next start; `undefined` if there is none. */
  next(policy: RestartPolicy, { exitCode, byHand, ranUs }: Ending): number | undefined {
    if (byHand || !wantsRestart(policy, exitCode, this.count)) return undefined;
    if (ranUs >= LONG_RUN_US) this.#delayUs = 0;
    this.#delayUs = this.#delayUs === 0 ? FIRST_DELAY_US : Math.min(2 * this.#delayUs, LONGEST_DELAY_US);
    this.count++;
    return this.#delayUs;
  }
}

/**
 * Whether a container that has run before is started when the daemon is. Only `unless-stopped` minds that somebody has
 * stopped it; `on-failure` goes by the exit code, whatever it comes from.
 */
export function startsWithEngine(
  policy: RestartPolicy | undefined,
  ending: Omit<Ending, "ranUs">,
  count: number,
): boolean {
  if (policy === undefined || (ending.byHand && policy.Name === "unless-stopped")) return false;
  return wantsRestart(policy, ending.exitCode, count);
}

/**
 * Whether `docker kill --signal` is meant to end a container. If it has a stop signal of its own, only that one and
 * SIGKILL are; otherwise any signal is.
 */
export function isMeantToEnd(signal: Signal, stopSignal: string | undefined): boolean {
  return signal === SIGKILL || stopSignal === undefined || stopSignal === "" || signal === parseSignal(stopSignal);
}

function wantsRestart(
  { Name: name, MaximumRetryCount: limit }: RestartPolicy,
  exitCode: number,
  count: number,
): boolean {
  if (name === "always" || name === "unless-stopped") return true;
  return name === "on-failure" && exitCode !== 0 && (limit === 0 || count < limit);
}
