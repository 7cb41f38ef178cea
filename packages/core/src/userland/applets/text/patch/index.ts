/** patch: apply a unified diff. @see patch(1p) */
import { close, Errno, O_TRUNC, O_WRONLY, type Routine, unlink } from "../../../../abi/index.ts";
import { byteString, dirname, fromByteString } from "../../../../lib/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt, type Options } from "../../../getopt.ts";
import { attempt, type Io } from "../../../io.ts";
import { openOrDie } from "../../../or-die.ts";
import { makeDirectory } from "../../files/make-directory.ts";
import { INT_MAX, toNumber } from "../arguments.ts";
import { LineReader, put } from "../lines.ts";
import { findPlace, type HunkRange, parseRange } from "./hunk.ts";
import { openTarget, type Target } from "./target.ts";

const LONG_OPTIONS = {
  reverse: "R",
  unified: "u",
  strip: "p",
  input: "i",
  forward: "N",
  "remove-empty-files": "E",
  force: "f",
  get: "g:",
  "dry-run": "dry-run",
  "backup-if-mismatch": "backup-if-mismatch",
  "no-backup-if-mismatch": "no-backup-if-mismatch",
};
const NOTHING = "/dev/null";
const NO_NAME = "MISSING_FILENAME";

export const patch: Applet = function* (io) {
  const options = yield* getopt(io, "Rup:i:NEfg", LONG_OPTIONS);
  const strip = options.has("p")
    ? yield* toNumber(io, options.value("p") ?? "", { least: -INT_MAX - 1, most: INT_MAX })
    : undefined;
  const [file, patchFile] = options.operands;
  const input = options.value("i") ?? (file === undefined ? undefined : patchFile) ?? "-";
  const fd = input === "-" ? 0 : yield* openOrDie(io, input);
  const patcher = new Patcher(io, options, strip, file);
  const reader = new LineReader(fd, "\n\0");
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    // Some programs cut blanks off, so that an empty line of context has lost its sign.
    yield* patcher.take(line === "" ? " " : line);
  }
  yield* patcher.finishFile();
  return patcher.failed ? 1 : 0;
};

class Patcher {
  readonly #io: Io;
  readonly #strip: number | undefined;
  /** The file to patch, whatever the patch says. */
  readonly #file: string | undefined;
  readonly #reverse: boolean;
  readonly #forward: boolean;
  readonly #removeEmpty: boolean;
  readonly #dryRun: boolean;
  #names: { old: string | undefined; new: string | undefined } = { old: undefined, new: undefined };
  /** `skip`: no file yet, or one that is not patched; `file`: between hunks. */
  #state: "skip" | "file" | "hunk" = "skip";
  #target: Target | undefined;
  #range: HunkRange = { oldLine: 0, oldCount: 0, newLine: 0, newCount: 0 };
  #hunk: string[] = [];
  /** Lines that the hunk still lacks. */
  #missing = { old: 0, new: 0 };
  failed = false;

  constructor(io: Io, options: Options, strip: number | undefined, file: string | undefined) {
    this.#io = io;
    this.#strip = strip;
    this.#file = file;
    this.#reverse = options.has("R");
    this.#forward = options.has("N");
    this.#removeEmpty = options.has("E");
    this.#dryRun = options.has("dry-run");
  }

  /** The next line of the patch. */
  *take(line: string): Routine<void> {
    if (this.#state === "hunk") return yield* this.#takeHunkLine(line);
    if (line.startsWith("--- ") || line.startsWith("+++ ")) return yield* this.#takeName(line);
    const range = this.#state === "file" ? parseRange(line) : undefined;
    if (range === undefined) return;
    if (range.oldCount < 1 && range.newCount < 1) return yield* this.#io.die(`Really? ${fromByteString(line)}`);
    this.#range = range;
    this.#hunk = [];
    this.#missing = { old: range.oldCount, new: range.newCount };
    this.#state = "hunk";
    if (this.#target === undefined) yield* this.#openFile();
    if (this.#target !== undefined) this.#target.hunks++;
  }

  *finishFile(): Routine<void> {
    yield* this.#target?.finish() ?? [];
    this.#target = undefined;
  }

  *#takeName(line: string): Routine<void> {
    const isNew = line.startsWith("+");
    if (isNew) this.#state = "file";
    yield* this.finishFile();
    // A file on the command line makes the names mean nothing.
    if (this.#file !== undefined) return;
    const [, name = "", date = ""] = /^....((?:\\.|[^\t])*)(?:\t\s*([0-9]*))?/s.exec(line) ?? [];
    // Files that are not there are dated 1970.
    const year = Number(date);
    const isAbsent = year > 1900 && year <= 1970;
    this.#names[isNew !== this.#reverse ? "new" : "old"] = isAbsent ? NOTHING : fromByteString(name);
  }

  *#openFile(): Routine<void> {
    const { oldLine, oldCount, newLine, newCount } = this.#range;
    const oldName = this.#names.old ?? NO_NAME;
    const newName = this.#names.new ?? NO_NAME;
    const [after, before] = this.#reverse ? [oldName, newName] : [newName, oldName];
    const isEmptied = after === NOTHING || (this.#reverse ? oldLine + oldCount : newLine + newCount) === 0;
    const name = this.#file ?? this.#stripped(isEmptied ? before : after);
    if (isEmptied) {
      this.#state = "skip";
      return yield* this.#empty(name);
    }
    const create = oldName === NOTHING || oldLine + oldCount === 0;
    yield* put(this.#io, `${create ? "creating" : "patching file"} ${byteString(name)}\n`);
    if (create && !this.#dryRun && name.includes("/")) {
      yield* makeDirectory(this.#io, dirname(name), { parents: true });
    }
    yield* this.#io.out.flush();
    this.#target = yield* openTarget(this.#io, name, { create, dryRun: this.#dryRun });
  }

  *#empty(name: string): Routine<void> {
    const io = this.#io;
    yield* put(io, `${this.#removeEmpty ? "removing" : "patching file"} ${byteString(name)}\n`);
    if (this.#dryRun) return;
    if (this.#removeEmpty) {
      const removed = yield* attempt(unlink(name));
      if (removed instanceof Errno) return yield* io.pdie(`can't remove file '${name}'`, removed);
    } else {
      const fd = yield* openOrDie(io, name, O_WRONLY | O_TRUNC);
      yield* close(fd);
    }
    yield* io.out.flush();
  }

  /** Without `-p`, only the last component of a path is left. */
  #stripped(path: string): string {
    let name = path;
    for (let removed = 0; removed !== this.#strip; removed++) {
      const slash = /\/+/.exec(name);
      if (slash === null) break;
      name = name.slice(slash.index + slash[0].length);
    }
    return name;
  }

  *#takeHunkLine(line: string): Routine<void> {
    if (!/^[-+ ]/.test(line)) {
      if (this.#hunk.length > 0) yield* this.#fail();
      this.#state = "skip";
      return;
    }
    this.#hunk.push(line);
    if (!line.startsWith("+")) this.#missing.old--;
    if (!line.startsWith("-")) this.#missing.new--;
    if (this.#missing.old === 0 && this.#missing.new === 0) yield* this.#apply();
  }

  *#apply(): Routine<void> {
    const target = this.#target;
    if (target === undefined) return;
    const added = this.#reverse ? "-" : "+";
    const { oldCount, newCount } = this.#range;
    if ((this.#reverse ? oldCount : newCount) > 0) {
      const { found, linesRead, reversedAt } = yield* findPlace(
        {
          hunk: this.#hunk,
          leading: this.#hunk.findIndex((line) => !line.startsWith(" ")),
          added,
          mayBeApplied: this.#forward,
          linesRead: target.linesRead,
        },
        target,
      );
      target.linesRead = linesRead;
      if (!found) {
        if (reversedAt > 0) yield* this.#complain(`Possibly reversed hunk ${target.hunks} at ${linesRead}\n`);
        return yield* this.#fail();
      }
    }
    const removed = added === "+" ? "-" : "+";
    for (const line of this.#hunk) if (!line.startsWith(removed)) yield* target.pass(line.slice(1));
    this.#state = "file";
  }

  /** Gives up a file. */
  *#fail(): Routine<void> {
    const { oldLine, newLine } = this.#range;
    yield* this.#complain(`Hunk ${this.#target?.hunks ?? 0} FAILED ${oldLine}/${newLine}.\n`);
    for (const line of this.#hunk) yield* this.#complain(`${fromByteString(line)}\n`);
    this.failed = true;
    yield* this.#target?.abandon() ?? [];
    this.#target = undefined;
    this.#state = "skip";
  }

  *#complain(text: string): Routine<void> {
    yield* this.#io.err.write(text);
  }
}
