/** shuf: put lines into a random order. @see shuf(1) */
import { clock_gettime, O_CREAT, O_TRUNC, O_WRONLY, type Routine } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { Memory } from "../../memory.ts";
import { moveFd } from "../../move-fd.ts";
import { openOrDie } from "../../or-die.ts";
import { Rounds } from "../../rounds.ts";
import { toNumber, usage } from "./arguments.ts";
import { Random } from "./awk/random.ts";
import { finish, LineReader, openInputOrDie, put } from "./lines.ts";

/** What a line takes besides its bytes. */
const LINE_OVERHEAD = 32;
const UINT_MAX = 4_294_967_295;

export const shuf: Applet = function* (io) {
  const options = yield* getopt(io, "ei:n:o:z");
  if (options.has("e") && options.has("i")) return yield* usage(io);
  const lines = yield* linesOf(io, options);
  const rounds = new Rounds();
  const wanted = options.value("n");
  const count =
    wanted === undefined ? lines.length : Math.min(lines.length, yield* toNumber(io, wanted, { most: UINT_MAX }));
  const random = new Random();
  random.seed((yield* clock_gettime("monotonic")) % 2 ** 32);
  for (let left = lines.length; left > lines.length - count; left--) {
    const chosen = random.integer() % left;
    const last = lines[left - 1] ?? "";
    lines[left - 1] = lines[chosen] ?? "";
    lines[chosen] = last;
    if (rounds.isDue()) yield* rounds.pass();
  }
  const output = options.value("o");
  if (output !== undefined) {
    yield* moveFd(yield* openOrDie(io, output, O_WRONLY | O_CREAT | O_TRUNC), 1);
  }
  const end = options.has("z") ? "\0" : "\n";
  for (const line of lines.slice(lines.length - count)) yield* put(io, line + end);
  return 0;
};

function* linesOf(io: Io, options: Options): Routine<string[]> {
  if (options.has("e")) return options.operands.map(byteString);
  const range = options.value("i");
  if (range !== undefined) {
    if (options.operands.length > 0) return yield* usage(io);
    const dash = range.indexOf("-");
    if (dash < 0) return yield* io.die(`bad range '${range}'`);
    const low = yield* toNumber(io, range.slice(0, dash));
    const high = yield* toNumber(io, range.slice(dash + 1));
    if (high < low || high - low >= UINT_MAX) return yield* io.die(`bad range '${range}'`);
    return yield* numbers(low, high);
  }
  if (options.operands.length > 1) return yield* usage(io);
  const memory = new Memory();
  const fd = yield* openInputOrDie(io, options.operands[0] ?? "-");
  const reader = new LineReader(fd, "\n\0", memory);
  const lines: string[] = [];
  let bytes = 0;
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    lines.push(line);
    bytes += line.length + LINE_OVERHEAD;
    yield* memory.hold(bytes);
  }
  yield* finish(fd, reader);
  return lines;
}

function* numbers(low: number, high: number): Routine<string[]> {
  const memory = new Memory();
  const rounds = new Rounds();
  const lines: string[] = [];
  for (let number = low; number <= high; number++) {
    lines.push(String(number));
    if (!rounds.isDue()) continue;
    yield* rounds.pass();
    yield* memory.hold(lines.length * LINE_OVERHEAD);
  }
  return lines;
}
