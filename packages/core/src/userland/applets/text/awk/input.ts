/** The main input: the files and assignments that ARGV names, or standard input. */
import { close, Errno, open, type Routine } from "../../../../abi/index.ts";
import { fromByteString } from "../../../../lib/index.ts";
import { attempt } from "../../../io.ts";
import { unescapeString } from "../escape.ts";
import { type Cell, InputText, toNumber } from "./cell.ts";
import { RecordReader } from "./reader.ts";
import type { Runtime } from "./runtime.ts";

const CLOSED = -1;

export class MainInput {
  readonly #runtime: Runtime;
  /** `-E` takes ARGV's words as file names only. */
  readonly #takesAssignments: boolean;
  #index = 0;
  #seen = false;
  #reader: RecordReader | undefined;
  /** It is read once: as in busybox, who names it again has a stream that is closed. */
  #standardInput = 0;

  constructor(runtime: Runtime, options: { readonly takesAssignments: boolean }) {
    this.#runtime = runtime;
    this.#takesAssignments = options.takesAssignments;
  }

  get isOpen(): boolean {
    return this.#reader !== undefined;
  }

  /** Reads a record into `target`: 1, or 0 at the end of the file, or the error. */
  *read(target: Cell): Routine<number | Errno> {
    if (this.#reader === undefined && !(yield* this.nextFile())) return 0;
    return this.#reader === undefined ? 0 : yield* readRecord(this.#runtime, this.#reader, target);
  }

  /** Opens the next file; false if there is none. One that cannot be opened ends the program. */
  *nextFile(): Routine<boolean> {
    const runtime = this.#runtime;
    if (this.#reader?.fd === this.#standardInput) this.#standardInput = CLOSED;
    else if (this.#reader !== undefined) yield* close(this.#reader.fd);
    this.#reader = undefined;
    for (;;) {
      this.#index++;
      if (this.#index >= toNumber(runtime.variable("ARGC"))) {
        if (this.#seen) return false;
        return this.#start("-", this.#standardInput);
      }
      const name = runtime.text(runtime.array(runtime.variable("ARGV")).get(String(this.#index)));
      if (name === "" || (this.#takesAssignments && assign(runtime, name))) continue;
      const path = fromByteString(name);
      const fd = name === "-" ? this.#standardInput : yield* attempt(open(path));
      if (fd instanceof Errno) return yield* runtime.io.pdie(path, fd);
      runtime.set(runtime.variable("ARGIND"), this.#index);
      return this.#start(name, fd);
    }
  }

  #start(name: string, fd: number): boolean {
    this.#reader = new RecordReader(fd);
    this.#runtime.set(this.#runtime.variable("FILENAME"), name);
    this.#seen = true;
    return true;
  }
}

/** Reads a record into `target`: 1, 0 at the end, or the error. */
export function* readRecord(runtime: Runtime, reader: RecordReader, target: Cell): Routine<number | Errno> {
  const record = yield* reader.next(runtime.recordSplitter, { ignoreCase: runtime.ignoreCase });
  if (record instanceof Errno) {
    runtime.setError(record);
    return record;
  }
  if (record === undefined) return 0;
  runtime.set(target, new InputText(record.text));
  runtime.set(runtime.variable("RT"), record.terminator);
  return 1;
}

/** Carries out `name=value`; false if the text is no assignment. */
export function assign(runtime: Runtime, text: string): boolean {
  const [, name, value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
  if (name === undefined) return false;
  runtime.set(runtime.variable(name), new InputText(unescapeString(value)));
  return true;
}
