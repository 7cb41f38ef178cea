/** Writing a cpio archive in its "new ASCII" format. @see cpio(5) */
import { close, Errno, lstat, major, minor, type Routine, readlink, type Stat, stat } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { CPIO_ALIGNMENT, CPIO_MAGIC, CPIO_TRAILER } from "./cpio-reader.ts";
import { Source } from "./source.ts";

export interface CpioWriterOptions {
  /** Who is to own the members; `undefined`: who owns the files. */
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly followsLinks: boolean;
  /** Where files lie, and which devices they are. */
  readonly namesDevice: boolean;
  readonly renumbers: boolean;
}

interface LinkedNames {
  readonly file: Stat;
  readonly ino: number;
  readonly paths: string[];
}

export class CpioWriter {
  readonly #io: Io;
  readonly #options: CpioWriterOptions;
  /** Files with several names are put off to the end; the last name written has the data. */
  readonly #linked = new Map<string, LinkedNames>();
  #inodes = 0;

  constructor(io: Io, options: CpioWriterOptions) {
    this.#io = io;
    this.#options = options;
  }

  *add(path: string): Routine<void> {
    const found = yield* attempt(this.#options.followsLinks ? stat(path) : lstat(path));
    if (found instanceof Errno) {
      yield* this.#io.out.flush();
      return yield* this.#io.pdie(path, found);
    }
    const key = `${found.dev}:${found.ino}`;
    const known = this.#linked.get(key);
    if (known !== undefined) {
      known.paths.unshift(path);
      return;
    }
    const ino = this.#options.renumbers ? ++this.#inodes : found.ino;
    if (found.type !== "dir" && found.nlink > 1) this.#linked.set(key, { file: found, ino, paths: [path] });
    else yield* this.#write(path, found, ino, true);
  }

  *finish(): Routine<void> {
    for (const { file, ino, paths } of [...this.#linked.values()].reverse()) {
      for (const [index, path] of paths.entries()) yield* this.#write(path, file, ino, index === paths.length - 1);
    }
    yield* this.#header(CPIO_TRAILER, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  }

  *#write(path: string, file: Stat, ino: number, hasData: boolean): Routine<void> {
    const target = file.type === "symlink" ? encode(yield* readlink(path)) : undefined;
    const size = target?.length ?? (file.type === "file" && hasData ? file.size : 0);
    const { uid, gid, namesDevice } = this.#options;
    const devices = namesDevice ? [major(file.dev), minor(file.dev), major(file.rdev), minor(file.rdev)] : [0, 0, 0, 0];
    const seconds = Math.max(0, Math.floor(file.mtimeUs / 1e6));
    const owner = [uid ?? file.uid, gid ?? file.gid];
    yield* this.#header(path, [ino, file.mode, ...owner, file.nlink, seconds, size, ...devices]);
    if (target !== undefined) yield* this.#io.out.write(target);
    else if (size > 0) yield* this.#copy(path, size);
    yield* this.#pad(size);
  }

  /** All fields but the length of the name and the checksum, which this format leaves 0. */
  *#header(path: string, fields: readonly number[]): Routine<void> {
    const name = encode(`${path}\0`);
    const words = [...fields, name.length, 0].map((field) => field.toString(16).toUpperCase().padStart(8, "0"));
    yield* this.#io.out.write(CPIO_MAGIC + words.join(""));
    yield* this.#io.out.write(name);
    yield* this.#pad(CPIO_MAGIC.length + words.length * 8 + name.length);
  }

  *#copy(path: string, size: number): Routine<void> {
    const fd = yield* openOrDie(this.#io, path);
    yield* this.#io.out.flush();
    yield* new Source(this.#io, fd, { canSeek: false }).copyTo(1, size);
    yield* close(fd);
  }

  *#pad(size: number): Routine<void> {
    yield* this.#io.out.write(new Uint8Array((CPIO_ALIGNMENT - (size % CPIO_ALIGNMENT)) % CPIO_ALIGNMENT));
  }
}
