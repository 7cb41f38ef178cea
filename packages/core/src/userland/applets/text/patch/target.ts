/** The file that a patch changes: read by lines, written to a new file that takes its place. */
import {
  close,
  fchmod,
  fstat,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  type Routine,
  rename,
  unlink,
} from "../../../../abi/index.ts";
import { attempt, type Io } from "../../../io.ts";
import { openOrDie } from "../../../or-die.ts";
import { LineReader } from "../lines.ts";
import { OutputFile } from "../output-file.ts";
import { openTemporary } from "../temporary.ts";

export class Target {
  readonly #name: string;
  readonly #fd: number;
  readonly #reader: LineReader;
  /** What is written, and where; nothing in a dry run. */
  readonly #output: { readonly file: OutputFile; readonly path: string } | undefined;
  linesRead = 0;
  hunks = 0;

  constructor(name: string, fd: number, output: { readonly file: OutputFile; readonly path: string } | undefined) {
    this.#name = name;
    this.#fd = fd;
    this.#reader = new LineReader(fd);
    this.#output = output;
  }

  *next(): Routine<string | undefined> {
    return yield* this.#reader.next();
  }

  /** Writes a line. */
  *pass(line: string): Routine<void> {
    yield* this.#write(`${line}\n`);
  }

  /** Copies what is left, and puts the new file in the place of the old one. */
  *finish(): Routine<void> {
    yield* this.#write(yield* this.#reader.rest());
    yield* close(this.#fd);
    if (this.#output === undefined) return;
    yield* this.#output.file.close();
    yield* attempt(rename(this.#output.path, this.#name, 0));
  }

  /** Leaves the old file as it was. */
  *abandon(): Routine<void> {
    yield* close(this.#fd);
    if (this.#output === undefined) return;
    yield* this.#output.file.close();
    yield* attempt(unlink(this.#output.path));
  }

  *#write(text: string): Routine<void> {
    if (this.#output !== undefined) yield* this.#output.file.write(text);
  }
}

/** Opens a file to be patched, or makes it. A failure ends the applet. */
export function* openTarget(
  io: Io,
  name: string,
  how: { readonly create: boolean; readonly dryRun: boolean },
): Routine<Target> {
  const path = how.create && how.dryRun ? "/dev/null" : name;
  const flags = how.create && !how.dryRun ? O_CREAT | O_EXCL | O_RDWR : O_RDONLY;
  const fd = yield* openOrDie(io, path, flags);
  if (how.dryRun) return new Target(name, fd, undefined);
  const temporary = yield* openTemporary(io, name);
  const status = yield* fstat(fd);
  yield* attempt(fchmod(temporary.fd, status.mode & 0o7777));
  return new Target(name, fd, { file: new OutputFile(temporary.fd), path: temporary.path });
}
