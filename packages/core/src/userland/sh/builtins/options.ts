/** Options of built-ins: single letters, as ash reads them. */
import { ShellError } from "../errors.ts";

export interface BuiltinOptions {
  /** In the order in which they were given; the value is empty for an option that takes none. */
  readonly given: readonly (readonly [letter: string, value: string])[];
  readonly operands: readonly string[];
}

/** Reads the options that `spec` names; a colon follows one that takes a value. @throws ShellError */
export function readOptions(argv: readonly string[], spec: string): BuiltinOptions {
  const given: (readonly [string, string])[] = [];
  const words = argv.slice(1);
  for (let word = words[0]; word?.startsWith("-") && word !== "-"; word = words[0]) {
    words.shift();
    if (word === "--") break;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      const place = letter === ":" ? -1 : spec.indexOf(letter);
      if (place < 0) throw new ShellError(`illegal option -${letter}`);
      if (spec[place + 1] !== ":") {
        given.push([letter, ""]);
        continue;
      }
      const value = word.slice(at + 1) || words.shift();
      if (value === undefined) throw new ShellError(`no arg for -${letter} option`);
      given.push([letter, value]);
      break;
    }
  }
  return { given, operands: words };
}

/** A number that is not negative. @throws ShellError */
export function readNumber(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= 0x7fffffff)) throw new ShellError(`Illegal number: ${text}`);
  return value;
}
