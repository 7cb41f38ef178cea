/**
 * docker's options as properties: `--stop-timeout 3 --env A=b` is `{ stopTimeout: 3, env: { A: "b" } }`.
 *
 * Names, kinds and meanings are those of the command line; what is wrong with a value is said by it, too.
 */
import type { Flag, Flags } from "../docker/flags/flag.ts";

/** As process.env is: what is not set is not said. */
type Pairs = Readonly<Record<string, string | number | undefined>>;

/** What may be given for an option, whatever its kind. */
export type OptionInput = boolean | number | string | readonly (string | number)[] | Pairs | undefined;

type CamelCase<S extends string> = S extends `${infer First}-${infer Rest}`
  ? `${First}${Capitalize<CamelCase<Rest>>}`
  : S;

/** A switch is a boolean, what may be repeated a list (pairs may be a record), everything else text or a number. */
type InputOf<T> = T extends boolean
  ? boolean
  : T extends readonly unknown[]
    ? string | readonly (string | number)[] | Pairs
    : T extends Readonly<Record<string, string>>
      ? string | readonly string[] | Pairs
      : string | number;

/** The options of a command, from its flags. */
export type OptionsOf<F extends Flags> = {
  readonly [K in keyof F as K extends string ? CamelCase<K> : never]?:
    | (F[K] extends Flag<infer T> ? InputOf<T> : never)
    | undefined;
};

/** The options as words of a command line. */
export function optionWords(options: Readonly<Record<string, OptionInput>>): readonly string[] {
  return Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return valuesOf(value).map((text) => `${flag}=${text}`);
  });
}

function valuesOf(value: OptionInput): readonly string[] {
  if (value === undefined) return [];
  if (typeof value !== "object") return [String(value)];
  if (isList(value)) return value.map(String);
  return Object.entries(value).flatMap(([name, inner]) => (inner === undefined ? [] : [`${name}=${inner}`]));
}

/** `Array.isArray` does not take a read-only list out of a union. */
function isList(value: object): value is readonly (string | number)[] {
  return Array.isArray(value);
}

/** A command as words, or as a line that a shell is to read. */
export function commandWords(command: string | readonly string[] | undefined): readonly string[] {
  if (command === undefined) return [];
  return typeof command === "string" ? ["sh", "-c", command] : command;
}
