/**
 * Trying again: what failed for a moment is done again after a while of virtual time.
 *
 * @see moby distribution/xfer/download.go, for the number of attempts and the pauses
 */
import { ConnectionError, RegistryError } from "./registry-error.ts";

export interface RetryOptions {
  /** Default 5, as Docker's max-download-attempts. */
  readonly attempts?: number;
  /** Lets virtual time pass. */
  readonly sleep?: (us: number) => Promise<void>;
  /** Tries again whatever has failed. Default: only where the connection broke, or the answer may get better. */
  readonly isStubborn?: boolean;
}

const DEFAULT_ATTEMPTS = 5;
/** The pause grows by so much with each attempt. */
const PAUSE_SECONDS = 5;
/** The longest pause that is made because a registry asks for one. */
const LONGEST_PAUSE_SECONDS = 60;
const MOMENTARY: ReadonlySet<number> = new Set([408, 425, 500, 502, 503, 504]);

/** @throws what the last attempt has thrown, or what cannot get better. */
export async function retrying<T>(
  work: () => Promise<T>,
  { attempts = DEFAULT_ATTEMPTS, sleep, isStubborn = false }: RetryOptions,
  onPause: (seconds: number) => void = () => {},
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const seconds = isStubborn ? attempt * PAUSE_SECONDS : pauseAfter(error, attempt);
      if (seconds === undefined || attempt >= attempts) throw error;
      onPause(seconds);
      await sleep?.(seconds * 1e6);
    }
  }
}

/** Seconds until the next attempt; undefined if there is no use in one. */
function pauseAfter(error: unknown, attempt: number): number | undefined {
  const usual = attempt * PAUSE_SECONDS;
  if (error instanceof ConnectionError) return usual;
  if (!(error instanceof RegistryError)) return undefined;
  const { status, retryAfter } = error;
  if (retryAfter !== undefined) return retryAfter <= LONGEST_PAUSE_SECONDS ? retryAfter : undefined;
  return MOMENTARY.has(status) ? usual : undefined;
}
