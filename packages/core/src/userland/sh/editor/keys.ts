/**
 * Keys, as terminals send them: bytes, and sequences that begin with an escape.
 *
 * @see XTerm Control Sequences, "PC-Style Function Keys"; busybox libbb/read_key.c
 */
import { Errno, POLLIN, poll, type Routine, read } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";

/** A key with a name, or the bytes of one character. */
export type Key = { readonly name: KeyName } | { readonly text: string };

export type KeyName =
  | "up"
  | "down"
  | "left"
  | "right"
  | "home"
  | "end"
  | "delete"
  | "word-left"
  | "word-right"
  | "delete-word"
  | "erase-word"
  | "hang-up"
  | "unknown";

const ESCAPE = 0x1b;
/** How long the rest of a sequence may take, in microseconds. */
const SEQUENCE_US = 50_000;
/** Longer than any sequence that is known: the answer to where the cursor is, on a screen of 9999 lines. */
const LONGEST = 12;

const SEQUENCES: Readonly<Record<string, KeyName>> = {
  ...{ "[A": "up", "[B": "down", "[C": "right", "[D": "left", "[H": "home", "[F": "end" },
  ...{ OA: "up", OB: "down", OC: "right", OD: "left", OH: "home", OF: "end" },
  ...{ "[1~": "home", "[7~": "home", "[4~": "end", "[8~": "end", "[3~": "delete" },
  ...{ "[1;5C": "word-right", "[1;3C": "word-right", "[1;5D": "word-left", "[1;3D": "word-left" },
  ...{ f: "word-right", b: "word-left", d: "delete-word", "\x7f": "erase-word", "\b": "erase-word" },
};

/** The next key that is typed at descriptor 0. What comes after it stays there for whoever reads next. */
export function* readKey(): Routine<Key> {
  const first = yield* readByte();
  if (first === undefined) return { name: "hang-up" };
  if (first === ESCAPE) return { name: yield* readSequence() };
  let text = String.fromCharCode(first);
  for (let left = continuations(first); left > 0; left--) {
    const next = yield* readByte();
    if (next === undefined) return { name: "hang-up" };
    text += String.fromCharCode(next);
  }
  return { text };
}

/** How many bytes follow the first one of a character in UTF-8. */
const continuations = (first: number): number => (first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3);

function* readSequence(): Routine<KeyName> {
  let text = "";
  while (text.length < LONGEST) {
    const ready = yield* attempt(poll([{ fd: 0, events: POLLIN }], SEQUENCE_US));
    if (ready instanceof Errno || ready.length === 0) break;
    const byte = yield* readByte();
    if (byte === undefined) return "hang-up";
    text += String.fromCharCode(byte);
    if (!/^(\[[0-9;]*|O)$/.test(text)) break;
  }
  return SEQUENCES[text] ?? "unknown";
}

/** `undefined` at the end, and where the terminal is gone. */
function* readByte(): Routine<number | undefined> {
  for (;;) {
    const bytes = yield* attempt(read(0, 1));
    if (!(bytes instanceof Errno)) return bytes[0];
    if (bytes.code !== "EINTR") return undefined;
  }
}
