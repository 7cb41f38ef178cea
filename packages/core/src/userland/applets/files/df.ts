/** df: how much room file systems have. @see df(1p) */
import { Errno, type Routine, type StatFs, statfs } from "../../../abi/index.ts";
import { ownValue } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { humanSize, inUnits } from "./human.ts";
import { findMount, MOUNT_TABLE, type MountEntry, readMounts } from "./mount-table.ts";
import { BINARY_SUFFIXES, numberOrDie } from "./number.ts";

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * 1024;
const DEVICE_WIDTH = 20;
const TYPE_WIDTH = 10;

export const df: Applet = function* (io) {
  const options = yield* getopt(io, "kPTt:aiB:hHm");
  const unit = yield* unitOf(io, options);
  const report = new Report(io, options, unit);
  yield* report.header();
  let code = 0;
  if (options.operands.length === 0) {
    const mounts = yield* attempt(readMounts());
    if (mounts instanceof Errno) return yield* io.pdie(MOUNT_TABLE, mounts);
    for (const mount of mounts) if (!(yield* report.line(mount, options.has("a")))) code = 1;
    return code;
  }
  for (const path of options.operands) {
    const mount = yield* attempt(findMount(path));
    if (mount instanceof Errno || mount === undefined) {
      yield* io.warn(`${path}: can't find mount point`);
      code = 1;
    } else if (!(yield* report.line(mount, true))) code = 1;
  }
  return code;
};

/** Bytes in a block as it is shown; 0 for sizes that people read. */
function* unitOf(io: Io, options: Options): Routine<number> {
  let unit = io.env.has("POSIXLY_CORRECT") ? 512 : KIBIBYTE;
  const last = options.last("k", "m", "B");
  if (last === "m") unit = MEBIBYTE;
  const text = options.value("B") ?? "";
  if (last === "B") {
    unit = ownValue(BINARY_SUFFIXES, text) ?? (yield* numberOrDie(io, text, { suffixes: BINARY_SUFFIXES, least: 1 }));
  }
  return options.has("h") || options.has("H") ? 0 : unit;
}

class Report {
  readonly #io: Io;
  readonly #options: Options;
  readonly #unit: number;

  constructor(io: Io, options: Options, unit: number) {
    this.#io = io;
    this.#options = options;
    this.#unit = unit;
  }

  *header(): Routine<void> {
    const posix = this.#options.has("P");
    const type = this.#options.has("T") ? "Type       " : "";
    const used = posix ? "Capacity" : "Use%";
    const heading = this.#sizeHeading(posix).padEnd(15);
    yield* this.#io.out.line(`Filesystem           ${type}${heading}Used Available ${used} Mounted on`);
  }

  /** One mount; false, with a message, if it cannot be looked at. Those without blocks are shown if `showsEmpty`. */
  *line(mount: MountEntry, showsEmpty: boolean): Routine<boolean> {
    const { device, directory, type } = mount;
    if (device === "rootfs") return true;
    const wanted = this.#options.value("t");
    if (wanted !== undefined && wanted !== type) return true;
    const fileSystem = yield* attempt(statfs(directory));
    if (fileSystem instanceof Errno) {
      yield* this.#io.perror(directory, fileSystem);
      return false;
    }
    if (fileSystem.blocks === 0 && !showsEmpty) return true;
    const folds = !this.#options.has("P");
    let line = column(device, DEVICE_WIDTH, folds ? DEVICE_WIDTH : 0);
    if (this.#options.has("T")) line += ` ${column(type, TYPE_WIDTH, folds ? DEVICE_WIDTH + TYPE_WIDTH + 1 : 0)}`;
    yield* this.#io.out.line(`${line}${this.#amounts(fileSystem)} ${directory}`);
    return true;
  }

  #sizeHeading(posix: boolean): string {
    if (this.#options.has("i")) return "   Inodes";
    if (this.#unit === 0) return "     Size";
    return `${posix ? this.#unit : humanSize(this.#unit, { decimals: false })}-blocks`;
  }

  #amounts({ blocks, blocksFree, files, filesFree, blockSize }: StatFs): string {
    const inodes = this.#options.has("i");
    const total = inodes ? files : blocks;
    const free = inodes ? filesFree : blocksFree;
    const unit = inodes && this.#unit !== 0 ? 1 : this.#unit;
    const size = inodes ? 1 : blockSize;
    const shown = (amount: number): string =>
      (unit === 0 ? humanSize(amount * size) : inUnits(amount * size, unit)).padStart(9);
    const used = total - free;
    const percent = total === 0 ? 0 : Math.floor((used * 100 + Math.floor(total / 2)) / total);
    return ` ${shown(total)} ${shown(used)} ${shown(free)} ${String(percent).padStart(3)}%`;
  }
}

/** Text in a column; a longer one gets a line of its own, and `indent` blanks stand below it. */
function column(text: string, width: number, indent: number): string {
  if (text.length > width && indent > 0) return `${text}\n${" ".repeat(indent)}`;
  return text.padEnd(width);
}
