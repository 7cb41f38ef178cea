/** Files and commands that an awk program reads and writes, by name. One name is one stream, whatever its use. */
import {
  close,
  Errno,
  O_APPEND,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  open,
  type Routine,
} from "../../../../abi/index.ts";
import { fromByteString } from "../../../../lib/index.ts";
import { attempt, type Io, Output } from "../../../io.ts";
import { openOrDie } from "../../../or-die.ts";
import { popen, waitFor, waitNumber } from "../subprocess.ts";
import type { Redirection } from "./ast.ts";
import { RecordReader } from "./reader.ts";

interface Stream {
  readonly fd: number;
  readonly pid: number | undefined;
  readonly output: Output;
  readonly reader: RecordReader;
}

const FLAGS = { ">": O_WRONLY | O_CREAT | O_TRUNC, ">>": O_WRONLY | O_CREAT | O_APPEND } as const;

export class Streams {
  readonly #io: Io;
  readonly #streams = new Map<string, Stream>();
  /** Files that could not be read: until they are closed they are open after a fashion. */
  readonly #failed = new Set<string>();

  constructor(io: Io) {
    this.#io = io;
    this.#streams.set("/dev/stdin", stream(0, undefined));
    this.#streams.set("/dev/stdout", { ...stream(1, undefined), output: io.out });
    this.#streams.set("/dev/stderr", { ...stream(2, undefined), output: io.err });
  }

  /** Where `print > name` writes; a file that cannot be opened ends the program. */
  *output(name: string, redirection: Redirection): Routine<Output> {
    const known = this.#streams.get(name);
    if (known !== undefined) return known.output;
    if (redirection === "|") return (yield* this.#command(name, "w")).output;
    const path = fromByteString(name);
    const fd = yield* openOrDie(this.#io, path, FLAGS[redirection]);
    return this.#add(name, stream(fd, undefined)).output;
  }

  /** What `getline < name` or `name | getline` reads. */
  *input(name: string, from: "file" | "command"): Routine<RecordReader | Errno> {
    const known = this.#streams.get(name);
    if (known !== undefined) return known.reader;
    if (from === "command") return (yield* this.#command(name, "r")).reader;
    const fd = yield* attempt(open(fromByteString(name), O_RDONLY));
    if (!(fd instanceof Errno)) return this.#add(name, stream(fd, undefined)).reader;
    this.#failed.add(name);
    return fd;
  }

  /** What close() returns: a command's wait status, 0 for a file, -1 for what is not open. */
  *close(name: string): Routine<number> {
    const known = this.#streams.get(name);
    if (known === undefined) return this.#failed.delete(name) ? 0 : -1;
    this.#streams.delete(name);
    yield* known.output.flush();
    yield* attempt(close(known.fd));
    return known.pid === undefined ? 0 : waitNumber(yield* waitFor(known.pid));
  }

  *flush(): Routine<void> {
    for (const { output } of this.#streams.values()) yield* output.flush();
  }

  /** Waits for all commands. */
  *closeCommands(): Routine<void> {
    for (const [name, { pid }] of [...this.#streams]) if (pid !== undefined) yield* this.close(name);
  }

  *#command(name: string, mode: "r" | "w"): Routine<Stream> {
    const { fd, pid } = yield* popen(fromByteString(name), mode, this.#io.env);
    return this.#add(name, stream(fd, pid));
  }

  #add(name: string, added: Stream): Stream {
    this.#streams.set(name, added);
    return added;
  }
}

const stream = (fd: number, pid: number | undefined): Stream => ({
  fd,
  pid,
  output: new Output(fd, { buffered: true }),
  reader: new RecordReader(fd),
});
