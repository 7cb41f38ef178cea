/** tar: archives of files. @see tar(1), pax(1p) */
import {
  close,
  Errno,
  exitCode,
  fstat,
  getresuid,
  O_CLOEXEC,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  pipe2,
  type Routine,
  read,
  SIGPIPE,
  sigaction,
  wait4,
  write,
} from "../../../abi/index.ts";
import { decode, encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { type Zone, zoneOf } from "../../dates.ts";
import { execvp, fork, waitFor } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import { attempt, Io } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { integerOrDie } from "../../number.ts";
import { chdirOrDie, openOrDie } from "../../or-die.ts";
import { VERSION } from "../../version.ts";
import { Extractor } from "./extract.ts";
import { longLine, type Member, SafeNames, Selection, typeOf } from "./member.ts";
import { Source } from "./source.ts";
import { TarReader } from "./tar-reader.ts";
import { TarWriter } from "./tar-writer.ts";
import { type Compression, unpackInChild } from "./unpack.ts";

const LONG_OPTIONS = {
  list: "t",
  extract: "x",
  directory: "C",
  file: "f",
  "to-stdout": "O",
  "no-same-owner": "o",
  "same-permissions": "p",
  verbose: "v",
  "keep-old": "k",
  create: "c",
  dereference: "h",
  bzip2: "j",
  gzip: "z",
  xz: "J",
  compress: "Z",
  "auto-compress": "a",
  touch: "m",
  "strip-components": "strip:",
  lzma: "lzma",
  "no-recursion": "no-recursion",
  "to-command": "to-command:",
  "numeric-owner": "numeric-owner",
  "no-same-permissions": "no-same-permissions",
  overwrite: "overwrite",
};

/** Of these there must be one. */
const WORKS = ["c", "x", "t"];

/** Options, the file name's ending that stands for them with -a, and the program that compresses. */
const COMPRESSIONS: readonly (readonly [option: string, ending: string, program: string, format: Compression])[] = [
  ["J", "xz", "xz", "xz"],
  ["lzma", "lzma", "lzma", "lzma"],
  ["j", "bz2", "bzip2", "bzip2"],
  ["z", "gz", "gzip", "gzip"],
  ["Z", "", "compress", "compress"],
];

export const tar: Applet = function* (io) {
  if (io.argv[1] === "--version") {
    yield* io.out.line(`tar (busybox) ${VERSION}`);
    return 0;
  }
  const options = yield* getopt(new Io(io.name, dashed(io.argv), io.env), "txC:f:OopvkchjzJZam", LONG_OPTIONS, WORKS);
  if (!WORKS.some((letter) => options.has(letter))) return yield* showUsage(io);
  const names = options.operands.map((name) => (/[^/]\/+$/.test(name) ? name.slice(0, -1) : name));
  const creates = options.has("c");
  if (creates && names.length === 0) return yield* io.die("empty archive");
  const file = options.value("f") ?? "-";
  const flags = creates ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY;
  const fd = file === "-" ? (creates ? 1 : 0) : yield* openOrDie(io, file, flags);
  const directory = options.value("C");
  if (directory !== undefined) yield* chdirOrDie(io, directory);
  if (creates) return yield* create(io, options, { fd, file, names });
  return yield* new Unarchiver(io, options, names).run(fd, file);
};

/** The first word needs no dash; then the value of its `f` is the next word, wherever it stands. */
function dashed(argv: readonly string[]): readonly string[] {
  const first = argv[1];
  if (first === undefined || first === "" || first.startsWith("-")) return argv;
  const letters = first.includes("f") ? `${first.replace("f", "")}f` : first;
  return [argv[0] ?? "tar", `-${letters}`, ...argv.slice(2)];
}

function* create(
  io: Io,
  options: Options,
  { fd, file, names }: { readonly fd: number; readonly file: string; readonly names: readonly string[] },
): Routine<number> {
  const archive = yield* fstat(fd);
  const chosen = COMPRESSIONS.findLast(
    ([option, ending]) => options.has(option) || (options.has("a") && ending !== "" && file.endsWith(ending)),
  );
  const child = chosen === undefined ? undefined : yield* compressInChild(io, chosen[2], fd);
  const writer = new TarWriter(io, fd, {
    archive,
    safe: new SafeNames(io),
    verbose: options.has("v"),
    followsLinks: options.has("h"),
    recurses: !options.has("no-recursion"),
  });
  for (const name of names) yield* writer.add(name);
  yield* writer.finish();
  yield* io.out.flush();
  yield* close(fd);
  if (writer.failed) yield* io.warn("error exit delayed from previous errors");
  const status = child === undefined ? 0 : exitCode(yield* waitFor(child));
  return writer.failed || status !== 0 ? 1 : 0;
}

/** What is written to `fd` from now on goes through a program before it gets there. */
function* compressInChild(io: Io, program: string, fd: number): Routine<number> {
  const [readEnd, writeEnd] = yield* pipe2();
  const [failure, tellFailure] = yield* pipe2(O_CLOEXEC);
  yield* sigaction(SIGPIPE, "ignore");
  const child = yield* fork(io, function* () {
    yield* close(writeEnd);
    yield* close(failure);
    yield* moveFd(fd, 1);
    yield* moveFd(readEnd, 0);
    const error = yield* execvp([program, "-f"], io.env);
    yield* write(tellFailure, encode(error.message));
    return 1;
  });
  yield* close(readEnd);
  yield* close(tellFailure);
  const bytes = yield* read(failure, 1024);
  yield* close(failure);
  if (bytes.length > 0) yield* io.die(`can't execute '${program}': ${decode(bytes)}`);
  yield* moveFd(writeEnd, fd);
  return child;
}

/** Lists or extracts. */
class Unarchiver {
  readonly #io: Io;
  readonly #options: Options;
  readonly #selection: Selection;
  readonly #zone: Zone;

  constructor(io: Io, options: Options, names: readonly string[]) {
    this.#io = io;
    this.#options = options;
    this.#selection = new Selection(names);
    this.#zone = zoneOf(io.env.get("TZ"));
  }

  *run(fd: number, file: string): Routine<number> {
    const compression = COMPRESSIONS.findLast(([option]) => this.#options.has(option))?.[3];
    const input = compression === undefined ? fd : yield* unpackInChild(this.#io, compression, fd);
    const source = new Source(this.#io, input, { canSeek: compression === undefined && file !== "-" });
    const reader = new TarReader(this.#io, source);
    const safe = new SafeNames(this.#io);
    const extractor = this.#options.has("x") ? yield* this.#extractor(source) : undefined;
    for (let found = yield* reader.next(); found !== undefined; found = yield* reader.next()) {
      const member = { ...found, name: yield* safe.strip(found.name) };
      if (!this.#selection.wants(member.name)) yield* source.skip(member.size);
      else yield* this.#handle(member, source, extractor);
    }
    yield* extractor?.finish() ?? nothing();
    const { missing } = this.#selection;
    if (missing !== undefined) yield* this.#io.die(`${missing}: not found in archive`);
    if (reader.isEmpty) return 1;
    return compression === undefined ? 0 : yield* childStatus();
  }

  *#extractor(source: Source): Routine<Extractor> {
    const { real } = yield* getresuid();
    const has = (name: string): boolean => this.#options.has(name);
    const stripped = this.#options.value("strip");
    return new Extractor(this.#io, source, {
      existing: has("overwrite") ? "truncate" : has("k") ? "keep" : "unlink",
      makesParents: true,
      restoresTime: !has("m"),
      restoresOwner: !has("o"),
      restoresMode: real === 0 && !has("no-same-permissions"),
      numericOwner: has("numeric-owner"),
      strippedComponents: stripped === undefined ? 0 : yield* integerOrDie(this.#io, stripped, 0),
    });
  }

  *#handle(member: Member, source: Source, extractor: Extractor | undefined): Routine<void> {
    yield* this.#show(member);
    const plain = member.name.length > 1 ? member.name.replace(/\/$/, "") : member.name;
    const stripped = { ...member, name: plain };
    const command = this.#options.value("to-command");
    if (this.#options.has("t") && command === undefined) yield* source.skip(member.size);
    else if (command !== undefined) yield* this.#toCommand(stripped, source, command);
    else if (this.#options.has("O")) yield* source.copyTo(1, member.size);
    else yield* extractor?.extract(stripped) ?? source.skip(member.size);
    this.#selection.pass(plain);
  }

  /** `-t` and `-v` count alike: one for names, two for everything. */
  *#show(member: Member): Routine<void> {
    const count = this.#options.count("t") + this.#options.count("v");
    if (count === 1) yield* this.#io.out.line(member.name);
    else if (count > 1) yield* this.#io.out.line(longLine(member, this.#zone));
  }

  /** Gives the data of a file to a command, and what the archive says of it in its environment. */
  *#toCommand(member: Member, source: Source, command: string): Routine<void> {
    if (typeOf(member) !== "file") return yield* source.skip(member.size);
    const io = this.#io;
    yield* sigaction(SIGPIPE, "ignore");
    const [readEnd, writeEnd] = yield* pipe2();
    const child = yield* fork(io, function* () {
      yield* close(writeEnd);
      yield* moveFd(readEnd, 0);
      yield* sigaction(SIGPIPE, "default");
      const shell = io.env.get("SHELL") || "/bin/sh";
      const error = yield* execvp([shell, "-c", command], new Map([...io.env, ...variables(member)]));
      return yield* io.pdie(`can't execute '${shell}'`, error);
    });
    yield* close(readEnd);
    yield* source.offerTo(writeEnd, member.size);
    yield* close(writeEnd);
    const status = yield* waitFor(child);
    if ("signaled" in status) yield* io.die(`'${command}' terminated on signal ${status.signaled}`);
    else if ("exited" in status && status.exited !== 0) {
      yield* io.die(`'${command}' returned status ${status.exited}`);
    }
  }
}

function variables(member: Member): readonly (readonly [string, string])[] {
  return [
    ["TAR_FILETYPE", "f"],
    ["TAR_MODE", member.mode.toString(8)],
    ["TAR_FILENAME", member.name],
    ["TAR_REALNAME", member.name],
    ["TAR_UNAME", member.userName],
    ["TAR_GNAME", member.groupName],
    ["TAR_SIZE", String(member.size)],
    ["TAR_UID", String(member.uid)],
    ["TAR_GID", String(member.gid)],
  ];
}

/** 1 if a program that decompressed has failed. */
function* childStatus(): Routine<number> {
  const waited = yield* attempt(wait4(-1));
  return waited instanceof Errno || waited === undefined || exitCode(waited.status) === 0 ? 0 : 1;
}

function* nothing(): Routine<void> {}
