/** The shell's options: `set -e`, `set -o pipefail`. @see set(1p) */

/** Names in the order in which `set -o` lists them, with their letters. */
const OPTIONS = [
  ["errexit", "e"],
  ["noglob", "f"],
  ["ignoreeof", "I"],
  ["interactive", "i"],
  ["monitor", "m"],
  ["noexec", "n"],
  ["stdin", "s"],
  ["command", "c"],
  ["xtrace", "x"],
  ["verbose", "v"],
  ["noclobber", "C"],
  ["allexport", "a"],
  ["notify", "b"],
  ["nounset", "u"],
  ["errtrace", "E"],
  ["vi", ""],
  ["pipefail", ""],
] as const;

export type OptionName = (typeof OPTIONS)[number][0];
export type OptionSet = ReadonlySet<OptionName>;

/** Options that only the command line sets, so that `set` does not know their names. */
const HIDDEN: OptionSet = new Set(["interactive", "stdin", "command"]);

/** The options that `set` may change. */
export const SETTABLE = OPTIONS.filter(([name]) => !HIDDEN.has(name));

export function optionOfLetter(letter: string): OptionName | undefined {
  return SETTABLE.find(([, known]) => known === letter)?.[0];
}

export function optionOfName(name: string): OptionName | undefined {
  return SETTABLE.find(([known]) => known === name)?.[0];
}

/** The value of `$-`. */
export function optionLetters(options: OptionSet): string {
  return OPTIONS.filter(([name]) => options.has(name))
    .map(([, letter]) => letter)
    .reverse()
    .join("");
}

/** A copy of `options` with one of them set or cleared. */
export function withOption(options: OptionSet, name: OptionName, on: boolean): OptionSet {
  const changed = new Set(options);
  if (on) changed.add(name);
  else changed.delete(name);
  return changed;
}
