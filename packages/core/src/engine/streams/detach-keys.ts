/**
 * The keys that take a client away from a container, which goes on running.
 *
 * @see moby/term ascii.go:ToBytes, proxy.go
 */
import { StatusError } from "../../lib/index.ts";

/** What is typed to detach unless something else was chosen. */
export const DEFAULT_DETACH_KEYS = "ctrl-p,ctrl-q";

/** What `ctrl-` goes with beside the letters, from NUL on. */
const CONTROLS = new Map([
  ["@", 0],
  ["[", 27],
  ["\\", 28],
  ["]", 29],
  ["^", 30],
  ["_", 31],
]);

/** The bytes of "ctrl-p,ctrl-q" or "a,b". @throws StatusError invalid-argument for a key that is none */
export function parseDetachKeys(text: string): readonly number[] {
  return text.split(",").map((key) => {
    if (key.length === 1) return key.charCodeAt(0);
    const [, name = ""] = /^ctrl-(.)$/.exec(key) ?? [];
    const code = /[a-z]/.test(name) ? name.charCodeAt(0) - 96 : CONTROLS.get(name);
    if (code === undefined) throw new StatusError("invalid-argument", `Invalid detach keys (${text}) provided`);
    return code;
  });
}

/** Lets through what is typed, up to the keys that detach. */
export class DetachFilter {
  readonly #keys: readonly number[];
  /** How many of the keys have been typed. */
  #matched = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** What of `bytes` goes on to the container, and whether the client has left with them. */
  pass(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly detached: boolean } {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte === this.#keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.#keys.length) return { bytes: Uint8Array.from(passed), detached: true };
        continue;
      }
      passed.push(...this.#keys.slice(0, this.#matched));
      this.#matched = byte === this.#keys[0] ? 1 : 0;
      if (this.#matched === 0) passed.push(byte);
    }
    return { bytes: Uint8Array.from(passed), detached: false };
  }
}
