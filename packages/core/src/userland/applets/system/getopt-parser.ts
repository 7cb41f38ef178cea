/**
 * getopt_long(3) over words that a script was given: options, operands and complaints in the order in which they come.
 *
 * @see getopt(3)
 */

export type Arity = "none" | "required" | "optional";

export type Item =
  | { readonly kind: "option"; readonly option: string; readonly value: string | undefined }
  | { readonly kind: "operand"; readonly text: string }
  | { readonly kind: "error"; readonly message: string };

export interface Grammar {
  /** getopt's: a leading `+` stops at the first operand, a leading `-` reports operands in place. */
  readonly optstring: string;
  readonly longs: ReadonlyMap<string, Arity>;
  /** getopt_long_only: a single dash may begin a long option. */
  readonly alternative: boolean;
}

export function parseWords(
  words: readonly string[],
  grammar: Grammar,
): { readonly items: readonly Item[]; readonly operands: readonly string[] } {
  const parser = new Parser(words, grammar);
  parser.run();
  return parser;
}

class Parser {
  readonly items: Item[] = [];
  operands: string[] = [];
  readonly #words: string[];
  readonly #grammar: Grammar;
  readonly #letters: string;
  readonly #order: string;

  constructor(words: readonly string[], grammar: Grammar) {
    this.#words = [...words];
    this.#grammar = grammar;
    this.#order = /^[-+]/.exec(grammar.optstring)?.[0] ?? "";
    this.#letters = grammar.optstring.slice(this.#order.length);
  }

  run(): void {
    for (let word = this.#words.shift(); word !== undefined; word = this.#words.shift()) {
      if (word === "--") break;
      if (word === "-" || !word.startsWith("-")) {
        if (this.#order === "+") {
          this.#words.unshift(word);
          break;
        }
        if (this.#order === "-") this.items.push({ kind: "operand", text: word });
        else this.operands.push(word);
      } else if (word.startsWith("--")) this.#long(word.slice(2), "--");
      else if (!this.#isSingleDashLong(word)) this.#letterCluster(word.slice(1));
    }
    this.operands = [...this.operands, ...this.#words];
  }

  /** With `alternative`, `-name` is tried as a long option unless it is a known letter alone. */
  #isSingleDashLong(word: string): boolean {
    if (!this.#grammar.alternative) return false;
    const name = word.slice(1).replace(/=.*$/s, "");
    const isLetter = this.#arityOf(word[1] ?? "") !== undefined;
    if (isLetter && (word.length === 2 || this.#matches(name).length === 0)) return false;
    this.#long(word.slice(1), "-");
    return true;
  }

  #matches(typed: string): readonly string[] {
    const names = [...this.#grammar.longs.keys()];
    return names.includes(typed) ? [typed] : names.filter((name) => name.startsWith(typed));
  }

  #long(text: string, dashes: string): void {
    const equals = text.indexOf("=");
    const typed = equals < 0 ? text : text.slice(0, equals);
    const attached = equals < 0 ? undefined : text.slice(equals + 1);
    const matches = this.#matches(typed);
    const name = matches[0];
    const arity = this.#grammar.longs.get(name ?? "") ?? "none";
    if (name === undefined) this.#fail(`unrecognized option '${dashes}${text}'`);
    else if (matches.length > 1 && !this.#sameArity(matches)) {
      const list = matches.map((match) => ` '${dashes}${match}'`).join("");
      this.#fail(`option '${dashes}${text}' is ambiguous; possibilities:${list}`);
    } else if (arity === "none" && attached !== undefined) {
      this.#fail(`option '${dashes}${name}' doesn't allow an argument`);
    } else {
      const value = arity === "required" ? (attached ?? this.#words.shift()) : attached;
      if (arity === "required" && value === undefined) this.#fail(`option '${dashes}${name}' requires an argument`);
      else
        this.items.push({ kind: "option", option: `--${name}`, value: arity === "optional" ? (value ?? "") : value });
    }
  }

  /** Long options without letters are not told apart but by whether they take a value. */
  #sameArity(names: readonly string[]): boolean {
    return new Set(names.map((name) => this.#grammar.longs.get(name))).size === 1;
  }

  #letterCluster(letters: string): void {
    for (let at = 0; at < letters.length; at++) {
      const letter = letters[at] as string;
      const arity = this.#arityOf(letter);
      const option = `-${letter}`;
      if (arity === undefined) this.#fail(`invalid option -- '${letter}'`);
      else if (arity === "none") this.items.push({ kind: "option", option, value: undefined });
      else {
        const attached = letters.slice(at + 1);
        const value = attached !== "" || arity === "optional" ? attached : this.#words.shift();
        if (value === undefined) this.#fail(`option requires an argument -- '${letter}'`);
        else this.items.push({ kind: "option", option, value });
        return;
      }
    }
  }

  #arityOf(letter: string): Arity | undefined {
    const at = letter === ":" || letter === ";" ? -1 : this.#letters.indexOf(letter);
    if (at < 0) return undefined;
    if (this.#letters[at + 1] !== ":") return "none";
    return this.#letters[at + 2] === ":" ? "optional" : "required";
  }

  #fail(message: string): void {
    this.items.push({ kind: "error", message });
  }
}
