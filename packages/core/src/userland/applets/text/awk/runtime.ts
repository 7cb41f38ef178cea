/** The state of a running awk program: variables, the record, streams; and the operations on them. */
import type { Errno, Routine } from "../../../../abi/index.ts";
import type { Io } from "../../../io.ts";
import { Memory } from "../../../memory.ts";
import { BASIC, Regex, RegexError } from "../../../regex/index.ts";
import { Rounds } from "../../../rounds.ts";
import { AwkArray } from "./array.ts";
import type { RegexPair } from "./ast.ts";
import { Cell, isTrue, type Operand, type Special, toNumber, type Value } from "./cell.ts";
import { textOf } from "./format.ts";
import { BadRegex, compilePair } from "./parse-expression.ts";
import { Random } from "./random.ts";
import { AwkRecord } from "./record.ts";
import { type Splitter, splitterOf } from "./split.ts";
import { Streams } from "./streams.ts";

const DEFAULT_FORMAT = "%.6g";
const REGEX_CACHE = 500;

const SPECIALS: readonly Special[] = ["FS", "RS", "IGNORECASE"];

export class Runtime {
  readonly io: Io;
  readonly streams: Streams;
  readonly random = new Random();
  readonly record: AwkRecord;
  /** The arguments of the function that is running. */
  frame: readonly Cell[] = [];
  /** Where the program is, for messages. */
  line = 1;
  source = "";
  fieldSplitter: Splitter = { kind: "char", char: " " };
  recordSplitter: Splitter = { kind: "char", char: "\n" };
  ignoreCase = false;
  /** What the last `return` returned. */
  returned: Value = undefined;
  readonly #variables = new Map<string, Cell>();
  readonly #regexes = new Map<string, RegexPair>();
  readonly #memory = new Memory();
  #bytes = 0;
  readonly #rounds = new Rounds();

  constructor(io: Io) {
    this.io = io;
    this.streams = new Streams(io);
    this.record = new AwkRecord(
      () => ({
        splitter: this.fieldSplitter,
        paragraphs: this.text(this.variable("RS")) === "",
        ignoreCase: this.ignoreCase,
        separator: this.text(this.variable("OFS")),
      }),
      (value) => this.text(value),
    );
    this.#variables.set("NF", this.record.count);
    for (const special of SPECIALS) this.#variables.set(special, new Cell({ special }));
    const initial: readonly (readonly [string, Value])[] = [
      ["CONVFMT", DEFAULT_FORMAT],
      ["OFMT", DEFAULT_FORMAT],
      ["FS", " "],
      ["OFS", " "],
      ["ORS", "\n"],
      ["RS", "\n"],
      ["RT", ""],
      ["FILENAME", ""],
      ["SUBSEP", "\x1c"],
      ["ARGIND", 0],
      ["ARGC", 0],
      ["ERRNO", 0],
      ["FNR", 0],
      ["NR", 0],
      ["IGNORECASE", 0],
    ];
    this.record.count.value = 0;
    for (const [name, value] of initial) this.variable(name).value = value;
  }

  /** A global variable, made if there is none. */
  variable(name: string): Cell {
    let cell = this.#variables.get(name);
    if (cell === undefined) {
      cell = new Cell();
      this.#variables.set(name, cell);
    }
    return cell;
  }

  text(operand: Operand): string {
    if (typeof operand === "string") return operand;
    return textOf(operand, this.#convfmt());
  }

  /** The text that `print` writes: numbers in the format of OFMT. */
  printed(operand: Operand): string {
    const value = operand instanceof Cell ? operand.value : operand;
    return typeof value === "number" ? textOf(value, this.text(this.variable("OFMT"))) : this.text(value);
  }

  #convfmt(): string {
    const { value } = this.variable("CONVFMT");
    return typeof value === "string" ? value : typeof value === "number" ? DEFAULT_FORMAT : (value?.text ?? "");
  }

  /** Assigns, with all that follows from it. @throws AwkError, BadRegex */
  set(cell: Cell, value: Value): Cell {
    if (typeof value === "string" && value.length > 256) {
      this.#bytes += value.length - (typeof cell.value === "string" ? cell.value.length : 0);
    }
    cell.value = value ?? "";
    if (cell.special !== undefined) this.#changed(cell, cell.special);
    return cell;
  }

  #changed(cell: Cell, special: Special): void {
    if (special === "field") this.record.fieldChanged(cell.index);
    else if (special === "NF") this.record.countChanged();
    else if (special === "$0") this.record.wholeChanged();
    else if (special === "FS") {
      // The current record is still split by the old separator.
      this.record.split();
      this.fieldSplitter = splitterOf(this.text(cell));
    } else if (special === "RS") this.recordSplitter = splitterOf(this.text(cell));
    else this.ignoreCase = isTrue(cell);
  }

  increment(name: string): void {
    const cell = this.variable(name);
    this.set(cell, toNumber(cell) + 1);
  }

  /** The array that a variable is, from now on if it was none. */
  array(operand: Operand): AwkArray {
    let cell = operand instanceof Cell ? operand : new Cell();
    while (cell.parent !== undefined) cell = cell.parent;
    cell.array ??= new AwkArray();
    return cell.array;
  }

  element(array: AwkArray, key: string): Cell {
    const before = array.bytes;
    const cell = array.get(key);
    this.#bytes += array.bytes - before;
    return cell;
  }

  /** Empties an array. */
  clear(array: AwkArray): void {
    this.#bytes -= array.bytes;
    array.clear();
  }

  pick(pair: RegexPair): Regex {
    return this.ignoreCase ? pair.folded : pair.exact;
  }

  /** A string as regular expression: extended, or basic where that does not compile. @throws BadRegex */
  dynamicRegex(pattern: string): Regex {
    let pair = this.#regexes.get(pattern);
    if (pair === undefined) {
      pair = extendedOrBasic(pattern);
      if (this.#regexes.size >= REGEX_CACHE) this.#regexes.clear();
      this.#regexes.set(pattern, pair);
    }
    return this.pick(pair);
  }

  setError(error: Errno | undefined): void {
    this.set(this.variable("ERRNO"), error?.errno ?? 0);
  }

  /** Called in every round of a loop: now and then time passes and the memory is told. */
  *round(): Routine<void> {
    if (!this.#rounds.isDue()) return;
    yield* this.#rounds.pass();
    yield* this.#memory.hold(this.#bytes);
  }
}

function extendedOrBasic(pattern: string): RegexPair {
  try {
    return compilePair(pattern);
  } catch (error) {
    if (!(error instanceof BadRegex)) throw error;
  }
  try {
    return { exact: new Regex(pattern, BASIC), folded: new Regex(pattern, { ...BASIC, ignoreCase: true }) };
  } catch (error) {
    if (error instanceof RegexError) throw new BadRegex(pattern, error.message);
    throw error;
  }
}
