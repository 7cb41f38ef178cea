/** What find(1) tests and does: an expression, and its evaluation for one file. */
import {
  access,
  clock_gettime,
  Errno,
  type FileType,
  PERMISSION_BITS,
  type Routine,
  rmdir,
  type Stat,
  unlink,
  X_OK,
} from "../../../abi/index.ts";
import { byteLength, byteString, unreachable } from "../../../lib/index.ts";
import { namesIn } from "../../directory.ts";
import { attempt, type Io } from "../../io.ts";
import type { Regex } from "../../regex/index.ts";
import { confirm } from "./confirm.ts";
import type { Pattern } from "./fnmatch.ts";
import { spawnAndWait } from "./spawn.ts";

/** How a number is compared: `+5` is more, `-5` less. */
export interface Amount {
  readonly sign: "+" | "-" | "";
  readonly number: number;
}

export type Test =
  | { readonly kind: "name" | "path"; readonly pattern: Pattern }
  | { readonly kind: "regex"; readonly regex: Regex }
  | { readonly kind: "type"; readonly type: FileType }
  | { readonly kind: "permissions"; readonly how: "all" | "any" | "exactly"; readonly bits: number }
  | {
      readonly kind: "age";
      readonly time: "atimeUs" | "mtimeUs" | "ctimeUs";
      readonly unit: number;
      readonly age: Amount;
    }
  | { readonly kind: "newer"; readonly seconds: number }
  | { readonly kind: "inode"; readonly ino: number; readonly dev: number | undefined }
  | { readonly kind: "user" | "group"; readonly id: number }
  | { readonly kind: "size" | "links"; readonly amount: Amount }
  | { readonly kind: "executable" | "empty" };

export type Action =
  | { readonly kind: "print" | "print0" | "prune" | "delete" | "quit" }
  | { readonly kind: "exec"; readonly words: readonly string[]; readonly asks: boolean }
  | { readonly kind: "exec-many"; readonly batch: Batch };

export type Term =
  | { readonly kind: "test"; readonly negated: boolean; readonly test: Test }
  | { readonly kind: "action"; readonly negated: boolean; readonly action: Action }
  | { readonly kind: "group"; readonly negated: boolean; readonly expression: Expression };

/** Alternatives, each of terms that have to hold all. */
export type Expression = readonly (readonly Term[])[];

export interface Verdict {
  readonly holds: boolean;
  /** -prune was met, whatever came of it. */
  readonly prunes: boolean;
  readonly quits: boolean;
}

const US_PER_SECOND = 1_000_000;
/** What a command line may hold: Linux's default, less what libbb leaves free. @see sysconf(3) ARG_MAX */
const BATCH_BYTES = 2_097_152 - 2048;
const POINTER_BYTES = 8;

/** File names that are collected for `-exec … {} +`. */
export class Batch {
  readonly words: readonly string[];
  readonly files: string[] = [];
  #bytes = 0;

  constructor(words: readonly string[]) {
    this.words = words;
  }

  /** True if the command line is full now. */
  add(path: string): boolean {
    this.files.push(path);
    this.#bytes += byteLength(path) + POINTER_BYTES + 1;
    return this.#bytes >= BATCH_BYTES;
  }

  /** Runs the command with what was collected; true if it succeeded. */
  *run(io: Io): Routine<boolean> {
    const files = this.files.splice(0);
    this.#bytes = 0;
    const argv = this.words.flatMap((word) =>
      word.includes("{}") ? files.map((file) => word.replace("{}", () => file)) : [word],
    );
    return yield* runCommand(io, argv);
  }
}

/** Evaluates an expression for one file. */
export function* evaluate(io: Io, expression: Expression, path: string, file: Stat): Routine<Verdict> {
  let prunes = false;
  let holds = true;
  for (const terms of expression) {
    // What stands behind an empty alternative is not looked at.
    if (terms.length === 0) break;
    holds = true;
    for (const term of terms) {
      const verdict = yield* evaluateTerm(io, term, path, file);
      prunes ||= verdict.prunes;
      if (verdict.quits) return { holds, prunes, quits: true };
      holds = verdict.holds !== term.negated;
      if (!holds) break;
    }
    if (holds) break;
  }
  return { holds, prunes, quits: false };
}

/** Runs what `-exec … +` has collected. False if a command failed; the ones behind it are not run. */
export function* finishBatches(io: Io, expression: Expression): Routine<boolean> {
  for (const term of expression.flat()) {
    if (term.kind !== "action" || term.action.kind !== "exec-many") continue;
    const { batch } = term.action;
    if (batch.files.length > 0 && (yield* batch.run(io)) === term.negated) return false;
  }
  return true;
}

function* evaluateTerm(io: Io, term: Term, path: string, file: Stat): Routine<Verdict> {
  switch (term.kind) {
    case "group":
      return yield* evaluate(io, term.expression, path, file);
    case "test":
      return { holds: yield* evaluateTest(io, term.test, path, file), prunes: false, quits: false };
    case "action": {
      const { kind } = term.action;
      const holds = yield* act(io, term.action, path, file);
      return { holds, prunes: kind === "prune", quits: kind === "quit" };
    }
    default:
      return unreachable(term);
  }
}

function* evaluateTest(io: Io, test: Test, path: string, file: Stat): Routine<boolean> {
  switch (test.kind) {
    case "name":
      return test.pattern.matches(byteString(nameOf(path)));
    case "path":
      return test.pattern.matches(byteString(path));
    case "regex":
      return matchesAll(test.regex, byteString(path));
    case "type":
      return file.type === test.type;
    case "permissions":
      return hasBits(file.mode, test.how, test.bits);
    case "age":
      return yield* hasAge(file[test.time], test.unit, test.age);
    case "newer":
      return seconds(file.mtimeUs) > test.seconds;
    case "inode":
      return file.ino === test.ino && (test.dev === undefined || file.dev === test.dev);
    case "user":
      return file.uid === test.id;
    case "group":
      return file.gid === test.id;
    case "size":
      return matches(file.size, test.amount);
    case "links":
      return matches(file.nlink, test.amount);
    case "executable":
      return !((yield* attempt(access(path, X_OK))) instanceof Errno);
    case "empty":
      return yield* isEmpty(io, path, file);
    default:
      return unreachable(test);
  }
}

function* act(io: Io, action: Action, path: string, file: Stat): Routine<boolean> {
  switch (action.kind) {
    case "print":
      yield* io.out.line(path);
      return true;
    case "print0":
      yield* io.out.write(`${path}\0`);
      return true;
    case "prune":
    case "quit":
      return true;
    case "delete":
      yield* remove(io, path, file);
      return true;
    case "exec": {
      const argv = action.words.map((word) => word.replaceAll("{}", () => path));
      if (action.asks && !(yield* confirm(io, `${argv.map((word) => `${word} `).join("")}?`))) return false;
      return yield* runCommand(io, argv);
    }
    case "exec-many":
      return action.batch.add(path) ? yield* action.batch.run(io) : true;
    default:
      return unreachable(action);
  }
}

function* runCommand(io: Io, argv: readonly string[]): Routine<boolean> {
  const code = yield* spawnAndWait(io, argv);
  if (!(code instanceof Errno)) return code === 0;
  yield* io.perror(argv[0] ?? "", code);
  return false;
}

/** The directory where find began stays. */
function* remove(io: Io, path: string, file: Stat): Routine<void> {
  if (file.type === "dir" && path === ".") return;
  const removed = yield* attempt(file.type === "dir" ? rmdir(path) : unlink(path));
  if (removed instanceof Errno) yield* io.perror(path, removed);
}

function* isEmpty(io: Io, path: string, file: Stat): Routine<boolean> {
  if (file.type !== "dir") return file.type === "file" && file.size === 0;
  const names = yield* attempt(namesIn(path));
  if (!(names instanceof Errno)) return names.length === 0;
  yield* io.perror(path, names);
  return false;
}

function* hasAge(timeUs: number, unit: number, { sign, number }: Amount): Routine<boolean> {
  const age = seconds(yield* clock_gettime()) - seconds(timeUs);
  if (sign === "+") return age >= number * unit + unit;
  if (sign === "-") return age < number * unit;
  return age >= number * unit && age < number * unit + unit;
}

function hasBits(mode: number, how: "all" | "any" | "exactly", bits: number): boolean {
  if (how === "any") return (mode & bits) !== 0;
  return how === "all" ? (mode & bits) === bits : (mode & PERMISSION_BITS) === bits;
}

function matches(value: number, { sign, number }: Amount): boolean {
  if (sign === "+") return value > number;
  return sign === "-" ? value < number : value === number;
}

function matchesAll(regex: Regex, text: string): boolean {
  const span = regex.find(text);
  return span !== undefined && span.start === 0 && span.end === text.length;
}

/** The last component without the slashes behind it; `/` for a path of slashes only. */
function nameOf(path: string): string {
  const stripped = path.replace(/\/+$/, "");
  return stripped === "" && path !== "" ? "/" : stripped.slice(stripped.lastIndexOf("/") + 1);
}

const seconds = (timeUs: number): number => Math.floor(timeUs / US_PER_SECOND);
