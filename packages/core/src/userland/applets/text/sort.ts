/** sort: sort lines of text. @see sort(1p) */
import { O_CREAT, O_TRUNC, O_WRONLY, type Routine } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import type { Options } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { Memory } from "../../memory.ts";
import { moveFd } from "../../move-fd.ts";
import { openOrDie } from "../../or-die.ts";
import { getoptOr, usage } from "./arguments.ts";
import { finish, LineReader, openInputOrDie, put } from "./lines.ts";
import { mergeSort } from "./merge-sort.ts";
import { BadKey, compareText, keyText, parseKey, type SortKey, WHOLE_LINE } from "./sort-key.ts";

const FAILURE = 2;
/** What a line costs besides its bytes. */
const LINE_OVERHEAD = 32;
const WRITE_SIZE = 4096;
const TYPES = ["n", "g", "h", "M", "V"] as const;

export const sort: Applet = function* (io) {
  const options = yield* getoptOr(io, FAILURE, "nghMVucszbrdfimS:T:o:k:t:");
  if (options.count("o") > 1 || options.count("t") > 1) return yield* usage(io, FAILURE);
  try {
    return yield* sortFiles(io, options, orderOf(options));
  } catch (error) {
    if (error instanceof BadKey) return yield* io.die(error.message, FAILURE);
    throw error;
  }
};

function* sortFiles(io: Io, options: Options, order: Order): Routine<number> {
  const lines = yield* readLines(io, options);
  if (options.has("c")) {
    const allowed = options.has("u") ? -1 : 0;
    for (let i = 1; i < lines.length; i++) {
      if (order.compare(lines[i - 1] ?? "", lines[i] ?? "") > allowed) {
        yield* io.err.write(`Check line ${i}\n`);
        return 1;
      }
    }
    return 0;
  }
  const sorted = yield* order.sort(lines);
  const output = options.value("o");
  if (output !== undefined) {
    yield* moveFd(yield* openOrDie(io, output, O_WRONLY | O_CREAT | O_TRUNC, undefined, FAILURE), 1);
  }
  yield* print(io, sorted, options.has("z") ? "\0" : "\n");
  return 0;
}

/** @throws BadKey */
function orderOf(options: Options): Order {
  const separator = options.value("t");
  if (separator !== undefined && byteString(separator).length !== 1) throw new BadKey("bad -t parameter");
  const keys = options.values("k").map(parseKey);
  const flags = new Set(options.given.map(([name]) => name));
  if (flags.has("b")) flags.add("B");
  return new Order(keys.length === 0 ? [WHOLE_LINE] : keys, flags, separator);
}

class Order {
  readonly #keys: readonly SortKey[];
  readonly #flags: ReadonlySet<string>;
  readonly #separator: string | undefined;
  /** The first key that would compare by several types at once. */
  readonly #mixed: SortKey | undefined;

  constructor(keys: readonly SortKey[], flags: ReadonlySet<string>, separator: string | undefined) {
    this.#keys = keys;
    this.#flags = flags;
    this.#separator = separator;
    this.#mixed = keys.find((key) => {
      const asked = key.flags.size > 0 ? key.flags : flags;
      return TYPES.filter((type) => asked.has(type)).length > 1;
    });
  }

  /** Orders two lines; those that no key tells apart by their bytes. */
  compare(a: string, b: string): number {
    return this.#byKeys(a, b) || this.#tieBreak(a, b);
  }

  /** A new array in order; with `-u` only the first of lines with equal keys. */
  *sort(lines: readonly string[]): Routine<readonly string[]> {
    const stable = this.#flags.has("s");
    const sorted = yield* mergeSort(lines, stable ? (a, b) => this.#byKeys(a, b) : (a, b) => this.compare(a, b));
    if (!this.#flags.has("u")) return sorted;
    let previous: string | undefined;
    return sorted.filter((line) => {
      if (previous !== undefined && this.#byKeys(previous, line) === 0) return false;
      previous = line;
      return true;
    });
  }

  /** @throws BadKey */
  #byKeys(a: string, b: string): number {
    for (const key of this.#keys) {
      if (key === this.#mixed) throw new BadKey("unknown sort type");
      const flags = key.flags.size > 0 ? key.flags : this.#flags;
      const x = keyText(a, key, flags, this.#separator);
      const y = keyText(b, key, flags, this.#separator);
      const result = compareText(x, y, flags);
      if (result !== 0) return flags.has("r") ? -result : result;
    }
    return 0;
  }

  #tieBreak(a: string, b: string): number {
    const result = a < b ? -1 : a > b ? 1 : 0;
    return this.#flags.has("r") ? -result : result;
  }
}

function* readLines(io: Io, options: Options): Routine<string[]> {
  const memory = new Memory();
  const lines: string[] = [];
  let bytes = 0;
  for (const file of options.operands.length === 0 ? ["-"] : options.operands) {
    const fd = yield* openInputOrDie(io, file, FAILURE);
    const reader = new LineReader(fd, options.has("z") ? "\0" : "\n\0", memory);
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
      lines.push(line);
      bytes += line.length + LINE_OVERHEAD;
      yield* memory.hold(bytes);
    }
    yield* finish(fd, reader);
  }
  return lines;
}

function* print(io: Io, lines: readonly string[], end: string): Routine<void> {
  let text = "";
  for (const line of lines) {
    text += line + end;
    if (text.length < WRITE_SIZE) continue;
    yield* put(io, text);
    text = "";
  }
  yield* put(io, text);
}
