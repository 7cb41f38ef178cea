/**
 * How much of what a step writes is told: so much a second, and so much in all.
 *
 * @see BuildKit util/progress/logs/logs.go
 */
import { concat, encode } from "../../lib/index.ts";

const MOST_BYTES = 2 * 1024 * 1024;
const BYTES_A_SECOND = 200 * 1024;

/** Limits what one stream of one step may log. */
export class LogLimit {
  readonly #startedUs: number;
  /** Written so far, told or not. */
  #bytes = 0;
  #isClipping = false;

  constructor(startedUs: number) {
    this.#startedUs = startedUs;
  }

  /** What is told of these bytes. Where the rest is left out for the first time, that is said. */
  take(bytes: Uint8Array, nowUs: number): Uint8Array {
    const seconds = Math.max(1, Math.ceil((nowUs - this.#startedUs) / 1e6));
    const isSlow = seconds * BYTES_A_SECOND > MOST_BYTES;
    const room = (isSlow ? MOST_BYTES : seconds * BYTES_A_SECOND) - this.#bytes;
    this.#bytes += bytes.length;
    if (bytes.length <= room) {
      this.#isClipping = false;
      return bytes;
    }
    const told = bytes.subarray(0, Math.max(0, room));
    if (this.#isClipping) return told;
    this.#isClipping = true;
    return concat([told, encode(`\n[output clipped, log limit ${isSlow ? "2MiB" : "200KiB/s"} reached]\n`)]);
  }
}
