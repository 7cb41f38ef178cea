/** unzip: list, test and extract ZIP archives. @see unzip(1) */
import {
  close,
  Errno,
  lstat,
  mkdir,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  type Routine,
  S_IFLNK,
  S_IFMT,
  symlink,
  unlink,
} from "../../../abi/index.ts";
import { decode, NO_BYTES } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { readLine } from "../../ask-password.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, type Io, readFile } from "../../io.ts";
import { chdirOrDie, openOrDie, writeOrDie } from "../../or-die.ts";
import { Pattern } from "../files/fnmatch.ts";
import { SafeNames } from "./member.ts";
import { BriefList, type EntryUse, VerboseList } from "./unzip-list.ts";
import { contentsOf, readDirectory, type ZipEntry } from "./zip-reader.ts";

const DEFAULT_MODE = 0o666;

export const unzip: Applet = function* (io) {
  const options = yield* getopt(io, "lnojptqvKd:x", "letters only");
  const [file, ...words] = options.operands;
  if (file === undefined) return yield* showUsage(io);
  const { wanted, unwanted } = chosen(options, words, io.argv);
  const { archive, path } = yield* openArchive(io, file);
  const isQuiet = options.has("q") || options.has("p") || options.has("t");
  const directory = options.value("d");
  if (directory !== undefined && !options.has("p")) yield* goTo(io, directory);
  if (!isQuiet) yield* io.out.line(`Archive:  ${path}`);
  const entries = readDirectory(archive);
  const count = entries?.length ?? 0;
  const use: EntryUse = options.has("v")
    ? new VerboseList(io, count, options.has("q"))
    : options.has("l")
      ? new BriefList(io, count)
      : new Extraction(io, archive, options, isQuiet);
  const safe = new SafeNames(io);
  yield* use.begin();
  if (entries === undefined) {
    yield* io.out.flush();
    return yield* io.die("short read");
  }
  for (const entry of entries) {
    const name = yield* safe.strip(entry.name);
    const isWanted = wanted.length === 0 || wanted.some((one) => one.matches(name));
    if (isWanted && !unwanted.some((one) => one.matches(name))) yield* use.take({ ...entry, name });
  }
  yield* use.end();
  return 0;
};

/** Names behind `-x` are left out, those before are all that is wanted. */
function chosen(options: Options, words: readonly string[], argv: readonly string[]) {
  const pattern = (word: string): Pattern => new Pattern(word, { ignoreCase: false });
  if (!options.has("x")) return { wanted: words.map(pattern), unwanted: [] };
  const behind = argv.slice(argv.findIndex((word) => /^-[a-zA-Z]*x$/.test(word)) + 1);
  const isBehind = (word: string): boolean => behind.includes(word);
  return {
    wanted: words.filter((word) => !isBehind(word)).map(pattern),
    unwanted: words.filter(isBehind).map(pattern),
  };
}

/** The name may lack its ending. */
function* openArchive(io: Io, file: string): Routine<{ readonly archive: Uint8Array; readonly path: string }> {
  const paths = file === "-" ? ["/dev/stdin"] : [file, `${file}.zip`, `${file}.ZIP`];
  for (const path of paths) {
    const archive = yield* attempt(readFile(path));
    if (archive instanceof Errno && archive.code !== "EISDIR") continue;
    return { archive: archive instanceof Errno ? NO_BYTES : archive, path: file === "-" ? "-" : path };
  }
  return yield* io.die(`can't open ${file}[.zip]`);
}

/** A directory to extract into is made if it is missing, but not those above it. */
function* goTo(io: Io, directory: string): Routine<void> {
  yield* attempt(mkdir(directory));
  yield* chdirOrDie(io, directory);
}

class Extraction implements EntryUse {
  readonly #io: Io;
  readonly #archive: Uint8Array;
  readonly #options: Options;
  readonly #isQuiet: boolean;
  #overwrite: "ask" | "always" | "never";

  constructor(io: Io, archive: Uint8Array, options: Options, isQuiet: boolean) {
    this.#io = io;
    this.#archive = archive;
    this.#options = options;
    this.#isQuiet = isQuiet;
    this.#overwrite = options.has("o") ? "always" : options.has("n") ? "never" : "ask";
  }

  *begin(): Routine<void> {}

  *take(entry: ZipEntry): Routine<void> {
    const { name } = entry;
    if (name.endsWith("/")) yield* this.#makeDirectory(entry);
    else if (name !== "") yield* this.#extractFile(entry, this.#options.has("j") ? name.replace(/.*\//, "") : name);
  }

  *end(): Routine<void> {}

  *#makeDirectory({ name: path, mode }: ZipEntry): Routine<void> {
    if (this.#options.has("p") || this.#options.has("t") || this.#options.has("j")) return;
    const status = yield* attempt(lstat(path.replace(/\/+$/, "")));
    if (!(status instanceof Errno)) {
      if (status.type !== "dir") yield* this.#io.die(`'${path}' exists but is not a directory`);
      return;
    }
    if (!this.#isQuiet) yield* this.#io.out.line(`   creating: ${path}`);
    yield* this.#makeParents(path);
    yield* attempt(mkdir(path, mode === undefined ? 0o777 : mode & 0o777));
  }

  *#makeParents(path: string): Routine<void> {
    const parts = path.replace(/\/+$/, "").split("/").slice(0, -1);
    for (let count = 1; count <= parts.length; count++) yield* attempt(mkdir(parts.slice(0, count).join("/")));
  }

  *#extractFile(entry: ZipEntry, name: string): Routine<void> {
    const contents = contentsOf(this.#archive, entry);
    if (typeof contents === "string") return yield* this.#fail(contents);
    if (this.#options.has("t")) return;
    if (this.#options.has("p")) {
      yield* this.#io.out.flush();
      return yield* writeOrDie(this.#io, 1, contents);
    }
    const path = yield* this.#destination(name);
    if (path === undefined) return;
    if (!this.#isQuiet) yield* this.#io.out.line(`  inflating: ${path}`);
    yield* this.#makeParents(path);
    if (entry.mode !== undefined && (entry.mode & S_IFMT) === S_IFLNK) {
      const failure = yield* attempt(symlink(decode(contents), path));
      if (failure instanceof Errno) yield* this.#io.pdie(`can't create symlink '${path}'`, failure);
      return;
    }
    const mode = (entry.mode ?? DEFAULT_MODE) & (this.#options.has("K") ? 0o7777 : 0o777);
    const fd = yield* openOrDie(this.#io, path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    yield* writeOrDie(this.#io, fd, contents);
    yield* close(fd);
  }

  /** Where a file goes, and that there is nothing there; `undefined` if it is not wanted. */
  *#destination(name: string): Routine<string | undefined> {
    for (let path = name; ; ) {
      const status = yield* attempt(lstat(path));
      if (status instanceof Errno) return path;
      if (this.#overwrite === "never") return undefined;
      if (status.type !== "file") return yield* this.#fail(`'${path}' exists but is not a regular file`);
      if (this.#overwrite === "always") {
        yield* attempt(unlink(path));
        return path;
      }
      const answer = yield* this.#ask(`replace ${path}? [y]es, [n]o, [A]ll, [N]one, [r]ename: `);
      if (answer === "n") return undefined;
      if (answer === "N") this.#overwrite = "never";
      else if (answer === "A") this.#overwrite = "always";
      else if (answer === "y") {
        yield* attempt(unlink(path));
        return path;
      } else if (answer === "r") path = yield* this.#ask("new name: ");
      else yield* this.#io.err.write(`error: invalid response [${answer.slice(0, 1)}]\n`);
    }
  }

  *#ask(question: string): Routine<string> {
    yield* this.#io.out.flush();
    yield* this.#io.err.write(question);
    const line = yield* readLine();
    return line ?? (yield* this.#io.die("can't read standard input"));
  }

  *#fail(why: string): Routine<never> {
    yield* this.#io.out.flush();
    return yield* this.#io.die(why);
  }
}
