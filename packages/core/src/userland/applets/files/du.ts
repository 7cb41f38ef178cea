/** du: how much room files take. @see du(1p) */
import { Errno, lstat, type Routine, type Stat, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import { getopt, type Options } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { humanSize, inUnits } from "./human.ts";
import { LinkTable } from "./link-table.ts";
import { INT_MAX } from "./number.ts";
import { joinPath } from "./paths.ts";

const BLOCK_BYTES = 512;
const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * 1024;

export const du: Applet = function* (io) {
  const options = yield* getopt(io, "aHkLsxd:+lcbhm");
  const depth = options.number("d") ?? INT_MAX;
  const { operands } = options;
  const meter = new Meter(io, options, {
    unit: unitOf(io, options),
    printDepth: options.last("s", "d") === "s" ? 0 : depth,
  });
  let total = 0;
  for (const path of operands.length === 0 ? ["."] : operands) total += yield* meter.operand(path);
  if (options.has("c")) yield* meter.print(total, "total");
  return meter.code;
};

/** Bytes in the unit that sizes are shown in; 0 for whatever people read best. */
function unitOf(io: Io, options: Options): number {
  const last = options.last("h", "k", "m");
  if (last === "h") return 0;
  if (last !== undefined) return last === "m" ? MEBIBYTE : KIBIBYTE;
  if (options.has("b")) return 1;
  return io.env.has("POSIXLY_CORRECT") ? BLOCK_BYTES : KIBIBYTE;
}

class Meter {
  code = 0;
  readonly #io: Io;
  readonly #options: Options;
  readonly #unit: number;
  readonly #printDepth: number;
  /** -b counts bytes, otherwise blocks are counted. */
  readonly #countsBytes: boolean;
  readonly #follows: string | undefined;
  readonly #seen = new LinkTable();
  #device = 0;
  /** -H has met a link on the command line, and from there follows all. */
  #followsAll = false;

  constructor(io: Io, options: Options, how: { readonly unit: number; readonly printDepth: number }) {
    this.#io = io;
    this.#options = options;
    this.#unit = how.unit;
    this.#printDepth = how.printDepth;
    this.#countsBytes = options.has("b");
    // Without operands the directory is where we are, and no link.
    const last = options.last("H", "L");
    this.#follows = last === "H" && options.operands.length === 0 ? undefined : last;
  }

  *operand(path: string): Routine<number> {
    this.#followsAll = this.#follows === "L";
    return yield* this.#measure(path, 0);
  }

  *print(amount: number, name: string): Routine<void> {
    const block = this.#countsBytes ? 1 : BLOCK_BYTES;
    if (this.#unit === 0) {
      yield* this.#io.out.line(`${humanSize(amount * block)}\t${name}`);
      return;
    }
    // Rounding to the nearest becomes rounding up by half a unit more.
    const raised = amount + Math.floor((this.#unit - 1) / (2 * BLOCK_BYTES));
    yield* this.#io.out.line(`${inUnits(raised * block, this.#unit)}\t${name}`);
  }

  /** Blocks or bytes of everything at `path`. */
  *#measure(path: string, depth: number): Routine<number> {
    const file = yield* this.#look(path, depth);
    if (file === undefined) return 0;
    if (!this.#options.has("l") && file.nlink > 1) {
      if (this.#seen.get(file) !== undefined) return 0;
      this.#seen.add(file, "");
    }
    let sum = this.#countsBytes ? file.size : file.blocks;
    if (file.type === "dir") {
      const names = yield* attempt(namesIn(path));
      if (names instanceof Errno) {
        yield* this.#io.perror(`can't open '${path}'`, names);
        this.code = 1;
        return sum;
      }
      for (const name of names) sum += yield* this.#measure(joinPath(path, name), depth + 1);
    } else if (!this.#options.has("a") && depth !== 0) return sum;
    if (depth <= this.#printDepth) yield* this.print(sum, path);
    return sum;
  }

  /** The status of the file, or of what a link points to if links are followed; `undefined` if it does not count. */
  *#look(path: string, depth: number): Routine<Stat | undefined> {
    const file = yield* attempt(lstat(path));
    if (file instanceof Errno) return yield* this.#failed(path, file);
    if (this.#options.has("x")) {
      if (depth === 0) this.#device = file.dev;
      else if (file.dev !== this.#device) return undefined;
    }
    const follows = this.#followsAll || (this.#follows === "H" && depth === 0);
    if (file.type !== "symlink" || !follows) return file;
    const target = yield* attempt(stat(path));
    if (target instanceof Errno) return yield* this.#failed(path, target);
    if (this.#follows === "H") this.#followsAll = true;
    return target;
  }

  *#failed(path: string, error: Errno): Routine<undefined> {
    yield* this.#io.perror(path, error);
    this.code = 1;
    return undefined;
  }
}
