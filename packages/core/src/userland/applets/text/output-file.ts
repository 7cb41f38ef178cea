/** A file that an applet writes besides its standard output: a stdio stream on a path. */
import { close, Errno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, open, type Routine } from "../../../abi/index.ts";
import { fromLatin1 } from "../../../lib/index.ts";
import { attempt, Output } from "../../io.ts";

export class OutputFile {
  readonly #fd: number;
  readonly #output: Output;

  constructor(fd: number) {
    this.#fd = fd;
    this.#output = new Output(fd, { buffered: true });
  }

  get error(): Errno | undefined {
    return this.#output.error;
  }

  /** Writes a byte string. */
  *write(bytes: string): Routine<void> {
    yield* this.#output.write(fromLatin1(bytes));
  }

  *flush(): Routine<void> {
    yield* this.#output.flush();
  }

  *close(): Routine<void> {
    yield* this.#output.flush();
    yield* attempt(close(this.#fd));
  }
}

/** Opens a file for writing, empty unless `append`; the error if it cannot. */
export function* openOutput(path: string, options = { append: false }): Routine<OutputFile | Errno> {
  const fd = yield* attempt(open(path, O_WRONLY | O_CREAT | (options.append ? O_APPEND : O_TRUNC)));
  return fd instanceof Errno ? fd : new OutputFile(fd);
}
