/**
 * Copying a file or a tree: for cp, mv and install.
 *
 * @see cp(1p)
 */
import {
  type Call,
  chmod,
  chown,
  close,
  Errno,
  lchown,
  link,
  lstat,
  mkdir,
  mknod,
  O_CREAT,
  O_EXCL,
  O_TRUNC,
  O_WRONLY,
  open,
  PERMISSION_BITS,
  type Routine,
  readlink,
  type Stat,
  stat,
  symlink,
  umask,
  unlink,
  utimens,
} from "../../../abi/index.ts";
import { namesIn } from "../../directory.ts";
import { attempt, Input, type Io, writeAll } from "../../io.ts";
import { confirm } from "./confirm.ts";
import { LinkTable } from "./link-table.ts";
import { joinPath } from "./paths.ts";

export interface CopyOptions {
  /** Copy what symbolic links point to: everywhere, on the command line only, or nowhere. */
  readonly dereference: "all" | "operands" | "none";
  readonly recursive: boolean;
  /** Keep owner, mode and modification time. */
  readonly preserve: boolean;
  readonly force: boolean;
  readonly interactive: boolean;
  readonly noOverwrite: boolean;
  readonly update: boolean;
  /** Make links instead of copies. */
  readonly links: "hard" | "symbolic" | undefined;
  readonly verbose: boolean;
  /** Have both files share their blocks, which no file system here can. */
  readonly reflink: boolean;
}

export const PLAIN_COPY: CopyOptions = {
  dereference: "all",
  recursive: false,
  preserve: false,
  force: false,
  interactive: false,
  noOverwrite: false,
  update: false,
  links: undefined,
  verbose: false,
  reflink: false,
};

const SET_ID_BITS = 0o6000;
const OWNER_MAY_ALL = 0o700;
const US_PER_SECOND = 1_000_000;

/** What is to be done about one file of a tree. */
interface Item {
  readonly source: string;
  readonly dest: string;
  readonly from: Stat;
  /** What is at `dest` already. */
  readonly there: Stat | undefined;
  readonly follows: boolean;
}

/** Copies files one after the other; what it did is remembered, so that hard links stay links. */
export class Copier {
  readonly #io: Io;
  readonly #how: CopyOptions;
  readonly #seen = new LinkTable();

  constructor(io: Io, how: CopyOptions) {
    this.#io = io;
    this.#how = how;
  }

  /** Copies `source` to be `dest`; says what went wrong and returns false otherwise. */
  *copy(source: string, dest: string, isOperand = true): Routine<boolean> {
    const { dereference, links, noOverwrite, update } = this.#how;
    const follows = dereference === "all" || (dereference === "operands" && isOperand);
    const from = yield* attempt(follows ? stat(source) : lstat(source));
    if (from instanceof Errno) {
      // It may be a dangling link, and links to those can be made.
      if (links !== undefined) return yield* this.#linkOnly(source, dest);
      return yield* this.#failed(`can't stat '${source}'`, from);
    }
    const found = yield* attempt(lstat(dest));
    if (found instanceof Errno && found.code !== "ENOENT") return yield* this.#failed(`can't stat '${dest}'`, found);
    const there = found instanceof Errno ? undefined : found;
    if (there !== undefined) {
      if (from.dev === there.dev && from.ino === there.ino) {
        return yield* this.#failed(`'${source}' and '${dest}' are the same file`);
      }
      if (noOverwrite) return true;
    }
    if (from.type === "dir") return yield* this.#directory({ source, dest, from, there, follows });
    if (there !== undefined && update && seconds(from) <= seconds(there)) return true;
    if (links !== undefined) return yield* this.#linkOnly(source, dest);
    const item = { source, dest, from, there, follows };
    const isLink = !follows && from.type === "symlink";
    if ((!this.#how.recursive || from.type === "file") && !isLink) return yield* this.#contents(item);
    return yield* this.#special(item);
  }

  *#directory(item: Item): Routine<boolean> {
    const { source, dest, from, there } = item;
    if (!this.#how.recursive) return yield* this.#failed(`omitting directory '${source}'`);
    if (this.#seen.get(from) !== undefined) {
      return yield* this.#failed(`recursion detected, omitting directory '${source}'`);
    }
    let mask = 0;
    if (there === undefined) {
      mask = yield* umask(0);
      // The owner has to get into it, at least until it is full.
      const mode = (this.#how.preserve ? from.mode : from.mode & ~mask) | OWNER_MAY_ALL;
      const made = yield* attempt(mkdir(dest, mode & PERMISSION_BITS));
      yield* umask(mask);
      if (made instanceof Errno) return yield* this.#failed(`can't create directory '${dest}'`, made);
    } else if (there.type !== "dir") return yield* this.#failed(`target '${dest}' is not a directory`);
    const created = there ?? (yield* attempt(lstat(dest)));
    if (created instanceof Errno) return yield* this.#failed(`can't stat '${dest}'`, created);
    this.#seen.add(created, "");

    const names = yield* attempt(namesIn(source));
    let all = !(names instanceof Errno);
    for (const name of names instanceof Errno ? [] : names) {
      if (!(yield* this.copy(joinPath(source, name), joinPath(dest, name), false))) all = false;
    }
    if (there === undefined && !(names instanceof Errno)) {
      yield* this.#keep("permissions", dest, chmod(dest, from.mode & PERMISSION_BITS & ~mask));
    }
    return yield* this.#attributes(item, all);
  }

  /** Copies bytes, from whatever can be read. */
  *#contents(item: Item): Routine<boolean> {
    const { source, dest, from, follows } = item;
    if (!follows) {
      const other = this.#seen.get(from);
      if (other !== undefined) return yield* this.#insist(dest, () => link(other, dest));
      this.#seen.add(from, dest);
    }
    const input = yield* attempt(open(source));
    if (input instanceof Errno) return yield* this.#failed(`can't open '${source}'`, input);
    try {
      const output = yield* this.#openDestination(dest, from.type === "file" ? from.mode & PERMISSION_BITS : 0o666);
      if (typeof output === "boolean") return output;
      let copied = false;
      if (this.#how.reflink) yield* this.#failed(`failed to clone '${dest}' from '${source}'`, new Errno("EOPNOTSUPP"));
      else copied = yield* this.#bytes(input, output);
      yield* close(output);
      // The mode of a device is none for a file.
      return from.type === "file" ? yield* this.#attributes(item, copied) : copied;
    } finally {
      yield* close(input);
    }
  }

  /** A descriptor, or whether it is all right that there is none. */
  *#openDestination(dest: string, mode: number): Routine<number | boolean> {
    const flag = this.#how.interactive ? O_EXCL : O_TRUNC;
    const first = yield* attempt(open(dest, O_WRONLY | O_CREAT | flag, mode));
    if (!(first instanceof Errno)) return first;
    const cleared = yield* this.#clear(dest, first);
    if (cleared !== "retry") return cleared;
    const second = yield* attempt(open(dest, O_WRONLY | O_CREAT | O_EXCL, mode));
    return second instanceof Errno ? yield* this.#failed(`can't open '${dest}'`, second) : second;
  }

  *#bytes(from: number, to: number): Routine<boolean> {
    const input = new Input(from);
    for (;;) {
      const bytes = yield* attempt(input.chunk());
      if (bytes instanceof Errno) return yield* this.#failed("read error", bytes);
      if (bytes === undefined) return true;
      const written = yield* attempt(writeAll(to, bytes));
      if (written instanceof Errno) return yield* this.#failed("write error", written);
    }
  }

  /** Symbolic links and special files are made anew. */
  *#special(item: Item): Routine<boolean> {
    const { source, dest, from, there } = item;
    if (there !== undefined) {
      const cleared = yield* this.#clear(dest, new Errno("EEXIST"));
      if (cleared !== "retry") return cleared;
    }
    if (from.type !== "symlink") {
      const made = yield* attempt(mknod(dest, from.mode, from.rdev));
      if (made instanceof Errno) return yield* this.#failed(`can't create '${dest}'`, made);
      return yield* this.#attributes(item, true);
    }
    const target = yield* attempt(readlink(source));
    if (target instanceof Errno) {
      yield* this.#io.warn(`${source}: cannot read link: ${target.message}`);
    } else {
      const made = yield* attempt(symlink(target, dest));
      if (made instanceof Errno) return yield* this.#failed(`can't create symlink '${dest}' to '${target}'`, made);
      if (this.#how.preserve) yield* this.#keep("ownership", dest, lchown(dest, from.uid, from.gid));
    }
    return yield* this.#tell(item, true);
  }

  *#linkOnly(source: string, dest: string): Routine<boolean> {
    return yield* this.#insist(dest, () =>
      this.#how.links === "symbolic" ? symlink(source, dest) : link(source, dest),
    );
  }

  /** Makes a link; if that fails, tries again after what is in the way was removed. */
  *#insist(dest: string, make: () => Iterable<Call, void, unknown>): Routine<boolean> {
    const first = yield* attempt(make());
    if (!(first instanceof Errno)) return true;
    const cleared = yield* this.#clear(dest, first);
    if (cleared !== "retry") return cleared;
    const second = yield* attempt(make());
    return second instanceof Errno ? yield* this.#failed(`can't create link '${dest}'`, second) : true;
  }

  /** After `error` met `dest`: removes what is there, if that is allowed. Otherwise says whether all is well. */
  *#clear(dest: string, error: Errno): Routine<"retry" | boolean> {
    const { force, interactive } = this.#how;
    if (!force && !interactive) return yield* this.#failed(`can't create '${dest}'`, error);
    if (interactive && !(yield* confirm(this.#io, `${this.#io.name}: overwrite '${dest}'? `))) return true;
    const removed = yield* attempt(unlink(dest));
    if (!(removed instanceof Errno)) return "retry";
    const isMissing = removed.code === "ENOENT" && error.code === "ENOENT";
    return yield* this.#failed(`can't create '${dest}': ${isMissing ? "Path does not exist" : error.message}`);
  }

  /** Failures to keep an attribute are told and do not count. */
  *#attributes(item: Item, copied: boolean): Routine<boolean> {
    const { dest, from } = item;
    if (this.#how.preserve) {
      const timeUs = seconds(from) * US_PER_SECOND;
      yield* this.#keep("times", dest, utimens(dest, timeUs, timeUs));
      const owned = yield* this.#keep("ownership", dest, chown(dest, from.uid, from.gid));
      const mode = from.mode & PERMISSION_BITS & (owned ? PERMISSION_BITS : ~SET_ID_BITS);
      yield* this.#keep("permissions", dest, chmod(dest, mode));
    }
    return yield* this.#tell(item, copied);
  }

  *#keep(what: string, dest: string, change: Iterable<Call, void, unknown>): Routine<boolean> {
    const changed = yield* attempt(change);
    if (!(changed instanceof Errno)) return true;
    yield* this.#failed(`can't preserve ${what} of '${dest}'`, changed);
    return false;
  }

  *#tell(item: Item, copied: boolean): Routine<boolean> {
    if (this.#how.verbose) yield* this.#io.out.line(`'${item.source}' -> '${item.dest}'`);
    return copied;
  }

  *#failed(message: string, error?: Errno): Routine<false> {
    if (error === undefined) yield* this.#io.warn(message);
    else yield* this.#io.perror(message, error);
    return false;
  }
}

/** Times are compared and kept in whole seconds. */
const seconds = (file: Stat): number => Math.floor(file.mtimeUs / US_PER_SECOND);
