/**
 * The processor time that a tool needs for what it does with bytes: without it a digest of /dev/zero would be as fast as
 * reading that. It is declared by the millisecond, so that little work shows in no trace.
 */
import { burn, type Routine } from "../abi/index.ts";

const LEAST_US = 1000;
/** What looks at every byte of a text: 100 MB a second. */
export const TEXT_NS_PER_BYTE = 10;

export class Work {
  readonly #nsPerByte: number;
  #us = 0;

  constructor(nsPerByte: number) {
    this.#nsPerByte = nsPerByte;
  }

  *on(bytes: number): Routine<void> {
    this.#us += (bytes * this.#nsPerByte) / 1000;
    if (this.#us < LEAST_US) return;
    const us = Math.floor(this.#us);
    this.#us -= us;
    yield* burn(us);
  }
}
