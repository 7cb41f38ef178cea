/**
 * top: what the processes do, again and again.
 *
 * @see top(1), busybox: procps/top.c
 */
import { chdir, nanosleep, type Routine } from "../../../../abi/index.ts";
import type { Applet } from "../../../applet.ts";
import { getopt } from "../../../getopt.ts";
import { attempt, Io } from "../../../io.ts";
import { Keys, type NamedKey } from "../../../keys.ts";
import { unsignedOrDie } from "../../../number.ts";
import { durationOrDie } from "../duration.ts";
import { type TerminalSize, terminalSize } from "../terminal-size.ts";
import { showFrame } from "./frame.ts";
import { inOrder, isOrderKey, type OrderKey, type Ranked } from "./order.ts";
import { type Sample, takeSample } from "./sample.ts";
import { Terminal } from "./terminal.ts";

/** From a first look to a second one. */
const HISTORY_US = 100_000;
const DEFAULT_INTERVAL_US = 5_000_000;
/** What fits into poll's milliseconds. */
const MAX_INTERVAL_US = 2_147_483 * 1_000_000;
/** How long what is shown again without a new look stays. */
const REPEAT_US = 1_000_000;
const BATCH_SIZE: TerminalSize = { columns: 446, rows: Number.POSITIVE_INFINITY };
const MIN_SIZE: TerminalSize = { columns: 10, rows: 5 };

/** What comes next: a new look, the last one again, or nothing. */
type Next = "look" | "again" | "end";

export const top: Applet = function* (io) {
  const options = yield* getopt(new Io(io.name, dashed(io.argv), io.env), "d:n:bHm");
  const interval = options.value("d");
  const count = options.value("n");
  const rounds = count === undefined ? 0 : yield* unsignedOrDie(io, count.replace(/^-/, ""));
  const wantedUs = interval === undefined ? DEFAULT_INTERVAL_US : yield* durationOrDie(io, interval.replace(/^-/, ""));
  yield* attempt(chdir("/proc"));
  const view = new Top(io, {
    intervalUs: Math.min(wantedUs, MAX_INTERVAL_US),
    rounds: rounds === 0 ? Number.POSITIVE_INFINITY : rounds,
    isBatch: options.has("b"),
    threads: options.has("H"),
  });
  return yield* view.run();
};

/** Options may be given without their dash; a value gets one, too. */
const dashed = (argv: readonly string[]): readonly string[] =>
  argv.map((word, at) => (at === 0 || word.startsWith("-") ? word : `-${word}`));

interface Settings {
  readonly intervalUs: number;
  readonly rounds: number;
  readonly isBatch: boolean;
  readonly threads: boolean;
}

class Top {
  readonly #io: Io;
  readonly #settings: Settings;
  readonly #terminal = new Terminal();
  readonly #keys = new Keys();
  #hasInput: boolean;
  #threads: boolean;
  #order: OrderKey = "p";
  #isReversed = false;
  #scrolled = 0;
  #rows = BATCH_SIZE.rows;
  #shown = 0;
  #previous: Sample | undefined;

  constructor(io: Io, settings: Settings) {
    this.#io = io;
    this.#settings = settings;
    this.#hasInput = !settings.isBatch;
    this.#threads = settings.threads;
  }

  *run(): Routine<number> {
    if (!this.#settings.isBatch) yield* this.#terminal.takeKeys();
    yield* this.#terminal.dieOfSignals();
    // Keys that were typed before count, too.
    let next = yield* this.#takeKeys("look", 0);
    let left = this.#settings.rounds;
    while (next !== "end") {
      const size = this.#settings.isBatch ? BATCH_SIZE : yield* terminalSize(1, this.#io.env);
      if (size.rows < MIN_SIZE.rows || size.columns < MIN_SIZE.columns) {
        yield* nanosleep(this.#settings.intervalUs);
        continue;
      }
      const current = yield* takeSample(this.#threads);
      const previous = this.#previous;
      this.#previous = current;
      if (previous === undefined) {
        yield* nanosleep(HISTORY_US);
        continue;
      }
      const frame = { previous, current, ranked: this.#rank(previous, current) };
      let waitUs = this.#settings.intervalUs;
      do {
        yield* this.#show(frame, size);
        if (--left === 0) return yield* this.#end();
        next = yield* this.#takeKeys(next, waitUs);
        waitUs = REPEAT_US;
      } while (next === "again");
    }
    return yield* this.#end();
  }

  *#end(): Routine<number> {
    if (!this.#settings.isBatch) yield* this.#io.out.line("");
    yield* this.#terminal.restore();
    return 0;
  }

  #rank(previous: Sample, current: Sample): readonly Ranked[] {
    const ranked = current.rows.map((row) => {
      const ever = current.ticks.get(row.pid) ?? 0;
      const before = previous.ticks.get(row.pid);
      return { row, ever, recent: before === undefined ? 0 : ever - before };
    });
    return inOrder(ranked, this.#order, this.#isReversed);
  }

  *#show(frame: Parameters<typeof showFrame>[1], size: TerminalSize): Routine<void> {
    this.#rows = size.rows;
    this.#shown = frame.ranked.length;
    this.#scrolled = Math.max(0, Math.min(this.#scrolled, this.#shown - 1));
    yield* showFrame(this.#io, frame, { size, scrolled: this.#scrolled, isBatch: this.#settings.isBatch });
  }

  /** Obeys the keys that are typed in a while; `otherwise` is what comes next if none of them says something else. */
  *#takeKeys(otherwise: Next, waitUs: number): Routine<Next> {
    if (!this.#hasInput) {
      yield* nanosleep(waitUs);
      return otherwise;
    }
    for (let patienceUs = waitUs; ; patienceUs = 0) {
      const key = yield* this.#keys.next(patienceUs);
      if (key === undefined) {
        this.#hasInput = !this.#keys.isAtEnd;
        return otherwise;
      }
      if (typeof key !== "string") {
        if ("name" in key && this.#scroll(key.name)) return "again";
        continue;
      }
      if (this.#terminal.endsInput(key)) return "end";
      const letter = key.toLowerCase();
      if (letter === "q") return "end";
      if (letter === "r") {
        this.#isReversed = !this.#isReversed;
        return "again";
      }
      if (isOrderKey(letter)) this.#order = letter;
      else if (letter === "h") this.#toggleThreads();
    }
  }

  #toggleThreads(): void {
    this.#threads = !this.#threads;
    this.#previous = undefined;
  }

  #scroll(key: NamedKey): boolean {
    const half = Math.floor(this.#rows / 2);
    const places: Partial<Record<NamedKey, number>> = {
      up: this.#scrolled - 1,
      down: this.#scrolled + 1,
      home: 0,
      end: this.#shown - half,
      "page-up": this.#scrolled - half,
      "page-down": this.#scrolled + half,
    };
    const place = places[key];
    if (place !== undefined) this.#scrolled = place;
    return place !== undefined;
  }
}
