/**
 * Command line options as glibc's getopt_long(3) reads them, with busybox's way of refusing.
 *
 * @see getopt(3)
 */
import type { Routine } from "../abi/index.ts";
import { AppletExit, type Io } from "./io.ts";
import { INT_MAX, parseUnsigned, unsignedOrDie } from "./number.ts";
import { BANNER, USAGE } from "./usage.data.ts";

/** What the command line said. */
export class Options {
  /** Options in the order in which they were given, a long one under its short letter (or its own name). */
  readonly given: readonly (readonly [name: string, value: string])[];
  /** What is left: the words that are no options. */
  readonly operands: readonly string[];

  constructor(given: readonly (readonly [string, string])[], operands: readonly string[]) {
    this.given = given;
    this.operands = operands;
  }

  has(name: string): boolean {
    return this.given.some(([option]) => option === name);
  }

  count(name: string): number {
    return this.given.filter(([option]) => option === name).length;
  }

  /** The last value given for an option. */
  value(name: string): string | undefined {
    return this.given.findLast(([option]) => option === name)?.[1];
  }

  /** The last number given for an option that `spec` declares to take one. */
  number(name: string): number | undefined {
    return parseUnsigned(this.value(name) ?? "");
  }

  /** Every value given for an option, in order. */
  values(name: string): readonly string[] {
    return this.given.flatMap(([option, value]) => (option === name ? [value] : []));
  }

  /** Of several options that exclude each other, the one that was given last. */
  last(...names: readonly string[]): string | undefined {
    return this.given.findLast(([option]) => names.includes(option))?.[0];
  }
}

/**
 * Parses `io.argv`.
 *
 * `spec` is getopt's: a letter each, `:` after one that takes a value, `::` after one that may, and `+` behind these
 * after one whose value is a number, which is checked as soon as it is read; a leading `+` stops at the first operand.
 * `longs` maps a long name to a letter of `spec`, or to itself with `:` if it has no letter; applets that call the
 * getopt(3) of POSIX know of no long names, and take `-` for one more letter.
 * A wrong option prints the message and the usage and ends the applet with 1; so does, without a message and as soon
 * as it is read, the second of those in `exclusive`.
 */
export function* getopt(
  io: Io,
  spec: string,
  longs: Readonly<Record<string, string>> | "letters only" = {},
  exclusive: readonly string[] = [],
): Routine<Options> {
  const stopsAtOperand = spec.startsWith("+");
  const letters = parseSpec(stopsAtOperand ? spec.slice(1) : spec);
  const given: (readonly [string, string])[] = [];
  const operands: string[] = [];
  const words = io.argv.slice(1);
  const take = function* (option: string, value: string): Routine<void> {
    const isAgainst = ([other]: readonly [string, string]): boolean => other !== option && exclusive.includes(other);
    if (exclusive.includes(option) && given.some(isAgainst)) return yield* showUsage(io);
    const isMissing = value === "" && letters.get(option)?.arity === "optional";
    if (letters.get(option)?.isNumber === true && !isMissing) yield* unsignedOrDie(io, value, 0, INT_MAX);
    given.push([option, value]);
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--") {
      operands.push(...words);
      break;
    }
    if (word.startsWith("--") && longs !== "letters only")
      yield* take(...(yield* longOption(io, word.slice(2), words, letters, longs)));
    else if (word.startsWith("-") && word.length > 1) {
      for (let at = 1; at < word.length; at++) {
        const letter = word[at] as string;
        const arity = letters.get(letter)?.arity;
        if (arity === undefined) return yield* refuse(io, `invalid option -- '${letter}'`);
        const attached = word.slice(at + 1);
        if (arity === "none") {
          yield* take(letter, "");
          continue;
        }
        const value = attached !== "" || arity === "optional" ? attached : words.shift();
        if (value === undefined) return yield* refuse(io, `option requires an argument -- '${letter}'`);
        yield* take(letter, value);
        break;
      }
    } else if (stopsAtOperand) {
      operands.push(word, ...words);
      break;
    } else operands.push(word);
  }
  return new Options(given, operands);
}

/** Prints the help text, on standard output if it was asked for (code 0), and ends the applet. */
export function* showUsage(io: Io, name: string = io.name, code = 1): Routine<never> {
  const out = code === 0 ? io.out : io.err;
  yield* out.write(usageText(name));
  throw new AppletExit(code);
}

/** What `--help` prints. */
export function usageText(name: string): string {
  const usage = USAGE[name];
  return `${BANNER}\n\n${usage === undefined ? "No help available\n" : `Usage: ${usage}`}`;
}

interface Letter {
  readonly arity: "none" | "required" | "optional";
  readonly isNumber: boolean;
}

function parseSpec(spec: string): Map<string, Letter> {
  const parts = [...spec.matchAll(/(.)(:{0,2})(\+?)/gs)];
  return new Map(
    parts.map(([, letter = "", colons = "", plus = ""]) => [letter, { arity: arityOf(colons), isNumber: plus !== "" }]),
  );
}

const arityOf = (colons: string): Letter["arity"] =>
  colons === "" ? "none" : colons === ":" ? "required" : "optional";

function* longOption(
  io: Io,
  text: string,
  words: string[],
  letters: ReadonlyMap<string, Letter>,
  longs: Readonly<Record<string, string>>,
): Routine<readonly [string, string]> {
  const equals = text.indexOf("=");
  const typed = equals < 0 ? text : text.slice(0, equals);
  const matches = Object.keys(longs).filter((name) => name.startsWith(typed));
  const name = matches.includes(typed) ? typed : matches.length === 1 ? matches[0] : undefined;
  if (name === undefined) {
    const why = matches.length > 1 ? "ambiguous" : "unrecognized";
    return yield* refuse(
      io,
      `option '--${text}' is ${why}`.replace(/^option (.*) is unrecognized$/, "unrecognized option $1"),
    );
  }
  const target = longs[name] as string;
  const key = target.replace(/:+$/, "");
  const arity = letters.get(key)?.arity ?? arityOf(target.slice(key.length));
  const attached = equals < 0 ? undefined : text.slice(equals + 1);
  if (arity === "none") {
    if (attached !== undefined) return yield* refuse(io, `option '--${name}' doesn't allow an argument`);
    return [key, ""];
  }
  if (arity === "optional") return [key, attached ?? ""];
  const value = attached ?? words.shift();
  if (value === undefined) return yield* refuse(io, `option '--${name}' requires an argument`);
  return [key, value];
}

/** getopt itself speaks: by the word that the applet was called by, which may be a path. */
function* refuse(io: Io, why: string): Routine<never> {
  yield* io.out.flush();
  yield* io.err.write(`${io.calledAs}: ${why}\n`);
  return yield* showUsage(io);
}
