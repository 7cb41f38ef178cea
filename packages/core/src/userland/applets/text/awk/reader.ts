/**
 * Reads records from a descriptor, as RS says.
 *
 * The portions are busybox's: a buffer of 464 bytes that grows with the records. They show where two programs read one pipe.
 */
import { Errno, type Routine, read } from "../../../../abi/index.ts";
import { latin1 } from "../../../../lib/index.ts";
import { attempt } from "../../../io.ts";
import { Memory } from "../../../memory.ts";
import { TEXT_NS_PER_BYTE, Work } from "../../../work.ts";
import type { Splitter } from "./split.ts";

const FIRST_SIZE = 464;
const ROOM = 128;
/** A record costs as much as so many bytes, for what is done about it. */
const RECORD_BYTES = 100;
const LONG_RECORD = 65_536;

export interface AwkRecordText {
  readonly text: string;
  /** What ended it. */
  readonly terminator: string;
}

export class RecordReader {
  readonly #fd: number;
  #buffer = "";
  #at = 0;
  #size = FIRST_SIZE;
  #memory: Memory | undefined;
  readonly #work = new Work(TEXT_NS_PER_BYTE);
  /** Records that were handed out since something was read. */
  #records = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get fd(): number {
    return this.#fd;
  }

  /** The next record; `undefined` at the end; the error if reading failed. */
  *next(separator: Splitter, options: { readonly ignoreCase: boolean }): Routine<AwkRecordText | Errno | undefined> {
    let searched = 0;
    for (;;) {
      const rest = this.#at === 0 ? this.#buffer : this.#buffer.slice(this.#at);
      const found = rest === "" ? undefined : find(rest, searched, separator, options.ignoreCase);
      if (found?.complete) return this.#take(rest, found);
      this.#buffer = rest;
      this.#at = 0;
      if (rest.length + ROOM >= this.#size) this.#size = rest.length + ROOM + ((rest.length + ROOM) >> 1) + 80;
      const bytes = yield* attempt(read(this.#fd, this.#size - rest.length - 1));
      if (bytes instanceof Errno) {
        this.#buffer = "";
        return bytes;
      }
      if (bytes.length === 0) return rest === "" ? undefined : this.#take(rest, found ?? whole(rest));
      yield* this.#work.on(bytes.length + this.#records * RECORD_BYTES);
      this.#records = 0;
      searched = rest.length;
      this.#buffer = rest + latin1(bytes);
      if (rest.length > LONG_RECORD) yield* this.#hold(this.#buffer.length);
    }
  }

  /** Unlike what variables hold, only records that are much longer than others are worth telling of. */
  *#hold(length: number): Routine<void> {
    this.#memory ??= new Memory();
    yield* this.#memory.read(length);
  }

  #take(rest: string, { begin, start, end }: Found): AwkRecordText {
    this.#records++;
    this.#buffer = rest;
    this.#at = end;
    const text = rest.slice(begin, start);
    const nul = text.indexOf("\0");
    return { text: nul < 0 ? text : text.slice(0, nul), terminator: rest.slice(start, end) };
  }
}

interface Found {
  readonly begin: number;
  readonly start: number;
  readonly end: number;
  /** More input would not change it. */
  readonly complete: boolean;
}

const whole = (text: string): Found => ({ begin: 0, start: text.length, end: text.length, complete: false });

function find(text: string, searched: number, separator: Splitter, ignoreCase: boolean): Found | undefined {
  if (separator.kind === "regex") {
    const match = (ignoreCase ? separator.regex.folded : separator.regex.exact).find(text);
    if (match === undefined) return undefined;
    return { begin: 0, ...match, complete: match.end < text.length };
  }
  if (separator.kind === "char") {
    const at = text.indexOf(separator.char, searched);
    // A NUL ends a record too.
    const nul = text.slice(searched, at < 0 ? undefined : at).indexOf("\0");
    const start = nul >= 0 ? searched + nul : at;
    return start < 0 ? undefined : { begin: 0, start, end: start + 1, complete: true };
  }
  const begin = /^\n*/.exec(text)?.[0].length ?? 0;
  const start = text.indexOf("\n\n", begin);
  if (start < 0) return begin === 0 ? undefined : { ...whole(text), begin };
  let end = start;
  while (text[end] === "\n") end++;
  return { begin, start, end, complete: end < text.length };
}
