/**
 * Reads the options of a command from its words.
 *
 * Long options (`--name value`, `--name=value`), clusters of short ones (`-dit`, `-p8080:80`, `-p=8080:80`), `--` that
 * ends them, options before and after operands or, not interspersed, only before them.
 * Model: spf13/pflag FlagSet.parseArgs.
 */

import { quote, quoteByte, readOr } from "../../../lib/go/index.ts";
import { encode } from "../../../lib/index.ts";
import { ValueError } from "../problem.ts";
import type { Flag, Flags, FlagValues } from "./flag.ts";

export interface ParsedFlags<F extends Flags> {
  readonly values: FlagValues<F>;
  /** Options that were given, by their long name. */
  readonly changed: ReadonlySet<string>;
  /** The words that are no options. */
  readonly operands: readonly string[];
  /** What to say about options that are going away: whole lines. */
  readonly notice: string;
}

/** A wrong option; `changed` holds those that were read before it. */
export class FlagError extends ValueError {
  readonly changed: ReadonlySet<string>;

  constructor(message: string, changed: ReadonlySet<string>) {
    super(message);
    this.changed = changed;
  }
}

/** @throws FlagError with pflag's text: `unknown flag: --nope`, `flag needs an argument: --name`, … */
export function parseFlags<F extends Flags>(
  flags: F,
  words: readonly string[],
  options: { readonly interspersed: boolean },
): ParsedFlags<F> {
  const parser = new Parser(flags, words);
  parser.run(options.interspersed);
  const values = Object.fromEntries(
    Object.entries(flags).map(([name, flag]) => [name, parser.values.get(name) ?? flag.initial]),
  );
  // Every value came out of the `read` of the option with the same name.
  return { ...parser, values: values as FlagValues<F> };
}

class Parser {
  readonly values = new Map<string, unknown>();
  readonly changed = new Set<string>();
  operands: readonly string[] = [];
  notice = "";
  readonly #flags: Flags;
  readonly #shorts: ReadonlyMap<string, string>;
  readonly #words: string[];

  constructor(flags: Flags, words: readonly string[]) {
    this.#flags = flags;
    this.#shorts = new Map(
      Object.entries(flags).flatMap(([name, flag]) => (flag.short === undefined ? [] : [[flag.short, name]])),
    );
    this.#words = [...words];
  }

  run(interspersed: boolean): void {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      if (word === "--") {
        this.operands = [...this.operands, ...this.#words];
        return;
      }
      if (word.startsWith("--")) this.#long(word);
      else if (word.startsWith("-") && word !== "-") this.#cluster(word.slice(1));
      else if (interspersed) this.operands = [...this.operands, word];
      else {
        this.operands = [word, ...this.#words];
        return;
      }
    }
  }

  #long(word: string): void {
    if (/^--[-=]/.test(word)) this.#refuse(`bad flag syntax: ${word}`);
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const flag = this.#lookup(name);
    if (flag === undefined) this.#refuse(`unknown flag: --${name}`);
    const value = equals < 0 ? (flag.optional ?? this.#words.shift()) : word.slice(equals + 1);
    if (value === undefined) this.#refuse(`flag needs an argument: ${word}`);
    this.#set(name, flag, value);
  }

  #cluster(letters: string): void {
    for (let rest = letters; rest !== ""; ) {
      const letter = rest.slice(0, 1);
      const name = this.#shorts.get(letter);
      const flag = name === undefined ? undefined : this.#lookup(name);
      if (name === undefined || flag === undefined)
        this.#refuse(`unknown shorthand flag: ${quoteByte(encode(rest)[0] ?? 0)} in -${rest}`);
      const attached = rest.slice(1);
      const assigned = attached.startsWith("=") && attached.length > 1;
      const value = assigned ? attached.slice(1) : (flag.optional ?? (attached || this.#words.shift()));
      if (value === undefined) this.#refuse(`flag needs an argument: ${quoteByte(letter.charCodeAt(0))} in -${rest}`);
      if (name === "help") this.notice += "Flag shorthand -h has been deprecated, use --help\n";
      this.#set(name, flag, value);
      rest = assigned || flag.optional === undefined ? "" : attached;
    }
  }

  #lookup(name: string): Flag<unknown> | undefined {
    return Object.hasOwn(this.#flags, name) ? this.#flags[name] : undefined;
  }

  #set(name: string, flag: Flag<unknown>, value: string): void {
    const target = flag.sets ?? name;
    const before = this.values.has(target) ? this.values.get(target) : (this.#lookup(target)?.initial ?? flag.initial);
    this.values.set(target, this.#read(name, flag, value, before));
    this.changed.add(name);
    if (flag.deprecated !== undefined) this.notice += `Flag --${name} has been deprecated, ${flag.deprecated}\n`;
  }

  #read(name: string, flag: Flag<unknown>, value: string, before: unknown): unknown {
    const shown = flag.short === undefined || name === "help" ? `--${name}` : `-${flag.short}, --${name}`;
    return readOr(
      () => flag.read(value, before),
      ({ message }) => this.#refuse(`invalid argument ${quote(value)} for ${quote(shown)} flag: ${message}`),
    );
  }

  #refuse(message: string): never {
    throw new FlagError(message, this.changed);
  }
}
