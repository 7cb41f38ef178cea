/** Flags of an instruction: `--name`, `--name=value`. Model: BuildKit's instructions/bflag.go, with its messages. */
import { BuildError } from "./error.ts";
import { withSuggestion } from "./suggest.ts";

/** `bool` may stand alone, `string` needs a value, `strings` may come several times. */
export type FlagType = "bool" | "string" | "strings";
export type FlagTypes = Readonly<Record<string, FlagType>>;

/** The flags that were given. */
export class Flags {
  readonly #given: { readonly name: string; readonly value: string }[] = [];

  /** @throws BuildError for a flag that is unknown, repeated, or of the wrong form. */
  constructor(words: readonly string[], types: FlagTypes) {
    for (const word of words) this.#add(word, types);
  }

  /** A flag's value; undefined if it was not given or is empty, which BuildKit does not tell apart. */
  string(name: string): string | undefined {
    return this.#first(name) || undefined;
  }

  strings(name: string): readonly string[] {
    return this.#given.filter((one) => one.name === name).map(({ value }) => value);
  }

  /** Undefined if it was not given. */
  bool(name: string): boolean | undefined {
    const value = this.#first(name);
    return value === undefined ? undefined : value === "true";
  }

  #first(name: string): string | undefined {
    return this.#given.find((one) => one.name === name)?.value;
  }

  #add(word: string, types: FlagTypes): void {
    if (!word.startsWith("--")) throw new BuildError(`arg should start with -- : ${word}`);
    const equals = word.indexOf("=");
    const spelt = equals < 0 ? word : word.slice(0, equals);
    const value = equals < 0 ? undefined : word.slice(equals + 1);
    const name = spelt.slice(2);
    const type = Object.hasOwn(types, name) ? types[name] : undefined;
    if (type === undefined) throw new BuildError(withSuggestion(`unknown flag: ${spelt}`, name, Object.keys(types)));
    if (type !== "strings" && this.#first(name) !== undefined)
      throw new BuildError(`duplicate flag specified: ${spelt}`);
    this.#given.push({ name, value: flagValue(type, spelt, value) });
  }
}

function flagValue(type: FlagType, spelt: string, value: string | undefined): string {
  if (type !== "bool") {
    if (value === undefined) throw new BuildError(`missing a value on flag: ${spelt}`);
    return value;
  }
  if (value === "") throw new BuildError(`missing a value on flag: ${spelt}`);
  const lower = (value ?? "true").toLowerCase();
  if (lower === "true" || lower === "false") return lower;
  throw new BuildError(`expecting boolean value for flag ${spelt}, not: ${value}`);
}
