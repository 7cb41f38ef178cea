/**
 * Keys as vi and top read them: bytes, and sequences that begin with an escape.
 *
 * What comes within a moment of an escape belongs to it. A sequence that nobody knows is no key at all, and is lost.
 *
 * @see busybox: libbb/read_key.c
 */
import { Errno, POLLIN, poll, type Routine, read } from "../abi/index.ts";
import { attempt } from "./io.ts";

export type NamedKey =
  | "up"
  | "down"
  | "right"
  | "left"
  | "home"
  | "end"
  | "insert"
  | "delete"
  | "page-up"
  | "page-down";

/** A byte, a key with a name, or the answer to where the cursor is. */
export type Key = string | { readonly name: NamedKey } | { readonly row: number; readonly column: number };

export const ESCAPE = "\x1b";
/** How long the rest of a sequence may take. */
const SEQUENCE_US = 50_000;
const LONGEST = 15;

const SEQUENCES: ReadonlyMap<string, NamedKey> = new Map<string, NamedKey>([
  ...(["A", "B", "C", "D", "H", "F"] as const).flatMap((letter, at) => {
    const name = (["up", "down", "right", "left", "home", "end"] as const)[at] ?? "up";
    return [[`O${letter}`, name] as const, [`[${letter}`, name] as const];
  }),
  ["[1~", "home"],
  ["[2~", "insert"],
  ["[3~", "delete"],
  ["[4~", "end"],
  ["[5~", "page-up"],
  ["[6~", "page-down"],
  ["[7~", "home"],
  ["[8~", "end"],
]);
const POSITION = /^\[(\d+);(\d+)R$/;

export class Keys {
  /** A byte that was read with an escape, and is a key of its own. */
  #kept: string | undefined;
  #isAtEnd = false;

  /** Nothing will ever be typed any more. */
  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  /** More keys are there already. */
  *hasMore(): Routine<boolean> {
    return this.#kept !== undefined || (yield* isReady(0));
  }

  /** `undefined` at the end, or if nothing came in time. */
  *next(timeoutUs?: number): Routine<Key | undefined> {
    for (;;) {
      const first = this.#kept ?? (yield* this.#read(timeoutUs));
      this.#kept = undefined;
      if (first !== ESCAPE) return first;
      const key = yield* this.#sequence();
      if (key !== "lost") return key;
    }
  }

  /** What an escape begins. */
  *#sequence(): Routine<Key | undefined | "lost"> {
    let read = "";
    while (read.length < LONGEST) {
      if (!(yield* isReady(SEQUENCE_US))) break;
      const byte = yield* this.#read();
      if (byte === undefined) return undefined;
      read += byte;
      const name = SEQUENCES.get(read);
      if (name !== undefined) return { name };
      const [, row, column] = POSITION.exec(read) ?? [];
      if (row !== undefined) return { row: Number(row), column: Number(column) };
    }
    if (read.length > 1) return "lost";
    if (read !== "") this.#kept = read;
    return ESCAPE;
  }

  /** One character for one byte. */
  *#read(timeoutUs?: number): Routine<string | undefined> {
    if (timeoutUs !== undefined && !(yield* isReady(timeoutUs))) return undefined;
    for (;;) {
      const bytes = yield* attempt(read(0, 1));
      if (bytes instanceof Errno && bytes.code === "EINTR") continue;
      const byte = bytes instanceof Errno ? undefined : bytes[0];
      this.#isAtEnd = byte === undefined;
      return byte === undefined ? undefined : String.fromCharCode(byte);
    }
  }
}

function* isReady(timeoutUs: number): Routine<boolean> {
  const ready = yield* attempt(poll([{ fd: 0, events: POLLIN }], timeoutUs));
  return !(ready instanceof Errno) && ready.length > 0;
}
