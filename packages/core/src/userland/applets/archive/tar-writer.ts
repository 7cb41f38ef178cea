/** Writing a tar archive: files and directories of the system as members. @see tar(5) "GNU tar Archives" */
import {
  close,
  Errno,
  lstat,
  major,
  minor,
  open,
  type Routine,
  readlink,
  type Stat,
  stat,
} from "../../../abi/index.ts";
import { BLOCK_SIZE, END_OF_TAR, encode, paddingOf } from "../../../lib/index.ts";
import { isDotOrDotDot, visitDirectory } from "../../directory.ts";
import { attempt, type Io, writeAll } from "../../io.ts";
import { Names } from "../../passwd.ts";
import type { SafeNames } from "./member.ts";
import { Source } from "./source.ts";

const NAME_SIZE = 100;
const TYPE_FLAGS = { file: "0", symlink: "2", char: "3", block: "4", dir: "5", fifo: "6", socket: "" } as const;

export interface TarWriterOptions {
  readonly verbose: boolean;
  readonly followsLinks: boolean;
  readonly recurses: boolean;
}

/** What is said of a member beyond its status. */
interface Kind {
  readonly flag: string;
  readonly link: string;
}

export class TarWriter {
  readonly #io: Io;
  readonly #fd: number;
  readonly #options: TarWriterOptions;
  readonly #safe: SafeNames;
  readonly #names: Names;
  /** The archive itself: it is left out. */
  readonly #archive: Stat;
  /** Names of files with several links, by device and inode. */
  readonly #links = new Map<string, string>();
  failed = false;

  constructor(
    io: Io,
    fd: number,
    { archive, safe, ...options }: TarWriterOptions & { readonly archive: Stat; readonly safe: SafeNames },
  ) {
    this.#io = io;
    this.#fd = fd;
    this.#options = options;
    this.#archive = archive;
    this.#safe = safe;
    this.#names = new Names(io);
  }

  /** Adds a file, and what is below it. */
  *add(path: string): Routine<void> {
    const found = yield* attempt(this.#options.followsLinks ? stat(path) : lstat(path));
    if (found instanceof Errno) return yield* this.#complain(path, found);
    if (!(yield* this.#addOne(path, found))) return;
    if (found.type !== "dir" || !this.#options.recurses) return;
    const writer = this;
    const error = yield* attempt(
      visitDirectory(path, function* (some) {
        for (const { name } of some)
          if (!isDotOrDotDot(name)) yield* writer.add(path.endsWith("/") ? path + name : `${path}/${name}`);
      }),
    );
    if (error instanceof Errno) yield* this.#complain(path, error);
  }

  *finish(): Routine<void> {
    yield* this.#write(END_OF_TAR);
  }

  /** False if what is below it is to be left out too. */
  *#addOne(path: string, file: Stat): Routine<boolean> {
    const name = yield* this.#safe.strip(path);
    if (name === "") return true;
    if (file.type === "socket") {
      yield* this.#io.warn(`${path}: socket ignored`);
      return true;
    }
    const first = this.#otherLink(name, file);
    if (file.dev === this.#archive.dev && file.ino === this.#archive.ino) {
      yield* this.#io.warn(`${path}: file is the archive; skipping`);
      return true;
    }
    const isFile = file.type === "file" && first === undefined;
    const input = isFile ? yield* attempt(open(path)) : undefined;
    if (input instanceof Errno) {
      yield* this.#complain(`can't open '${path}'`, input);
      return false;
    }
    const link = first ?? (file.type === "symlink" ? yield* readlink(path) : "");
    yield* this.#writeHeader(name, file, { flag: first === undefined ? TYPE_FLAGS[file.type] : "1", link });
    if (input !== undefined) {
      yield* this.#copy(input, file.size);
      yield* close(input);
    }
    return true;
  }

  /** The member that a file with several links is in the archive as already. */
  #otherLink(name: string, file: Stat): string | undefined {
    if (file.type === "dir" || file.nlink < 2) return undefined;
    const key = `${file.dev}:${file.ino}`;
    const first = this.#links.get(key);
    if (first === undefined) this.#links.set(key, name);
    return first;
  }

  *#writeHeader(name: string, file: Stat, { flag, link }: Kind): Routine<void> {
    const isDirectory = file.type === "dir";
    const block = new Uint8Array(BLOCK_SIZE);
    const linkBytes = encode(link);
    if (linkBytes.length >= NAME_SIZE) yield* this.#writeLongName("K", link);
    const bytes = encode(name);
    const shown = isDirectory && bytes.length < NAME_SIZE ? encode(`${name}/`) : bytes;
    if (bytes.length >= NAME_SIZE) yield* this.#writeLongName("L", isDirectory ? `${name}/` : name);
    block.set(shown.subarray(0, NAME_SIZE), 0);
    putOctal(block, 100, 8, file.mode & 0o7777);
    putOctal(block, 108, 8, file.uid);
    putOctal(block, 116, 8, file.gid);
    putOctal(block, 124, 12, flag === "0" ? file.size : 0);
    putOctal(block, 136, 12, Math.max(0, Math.floor(file.mtimeUs / 1e6)));
    block.set(encode(flag), 156);
    block.set(linkBytes.subarray(0, NAME_SIZE), 157);
    block.set(encode((yield* this.#names.user(file.uid)) ?? String(file.uid)).subarray(0, 31), 265);
    block.set(encode((yield* this.#names.group(file.gid)) ?? String(file.gid)).subarray(0, 31), 297);
    if (flag === "3" || flag === "4") {
      putOctal(block, 329, 8, major(file.rdev));
      putOctal(block, 337, 8, minor(file.rdev));
    }
    yield* this.#write(finished(block));
    if (!this.#options.verbose) return;
    const out = this.#fd === 1 ? this.#io.err : this.#io.out;
    yield* out.write(`${name}${isDirectory ? "/" : ""}\n`);
  }

  /** A member whose data are the name of the next one. */
  *#writeLongName(flag: "K" | "L", name: string): Routine<void> {
    const data = encode(`${name}\0`);
    const block = new Uint8Array(BLOCK_SIZE);
    block.set(encode("././@LongLink"), 0);
    for (const at of [100, 108, 116]) putOctal(block, at, 8, 0);
    putOctal(block, 124, 12, data.length);
    putOctal(block, 136, 12, 0);
    block.set(encode(flag), 156);
    yield* this.#write(finished(block));
    yield* this.#write(data);
    yield* this.#write(new Uint8Array(paddingOf(data.length)));
  }

  *#copy(input: number, size: number): Routine<void> {
    yield* new Source(this.#io, input, { canSeek: false }).copyTo(this.#fd, size);
    yield* this.#write(new Uint8Array(paddingOf(size)));
  }

  *#write(bytes: Uint8Array): Routine<void> {
    if (bytes.length === 0) return;
    const error = yield* attempt(writeAll(this.#fd, bytes));
    if (error instanceof Errno) yield* this.#io.pdie("write error", error);
  }

  *#complain(what: string, error: Errno): Routine<void> {
    yield* this.#io.perror(what, error);
    this.failed = true;
  }
}

/** Zero-padded digits; the last byte is a NUL unless all are needed. */
function putOctal(block: Uint8Array, at: number, size: number, value: number): void {
  const digits = value.toString(8).padStart(size, "0").slice(-size);
  block.set(encode(digits.startsWith("0") ? digits.slice(1) : digits), at);
}

/** With GNU's magic and the checksum. */
function finished(block: Uint8Array): Uint8Array {
  block.set(encode("ustar  "), 257);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return block;
}
