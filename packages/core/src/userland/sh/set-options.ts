/** Reads options, of `set` and of the command line: `-eu`, `+x`, `-o pipefail`. @see set(1p), sh(1p) */
import type { Routine } from "../../abi/index.ts";
import type { Output } from "../io.ts";
import { optionOfLetter, optionOfName, SETTABLE, withOption } from "./options.ts";
import type { Shell } from "./shell.ts";

/** What only the command line says. */
export interface Startup {
  /** `-c`: the next operand is the script. */
  commands: boolean;
  /** `-l`, `--login`. */
  login: boolean;
  /** `-m` or `+m` was given. */
  monitorGiven: boolean;
  /** `-i` or `+i` was given. */
  interactiveGiven: boolean;
}

/**
 * Applies the options at the start of `words` and returns what is left; `undefined` if there is no such option name. `set
 * --` without more words clears the parameters.
 */
export function* applyOptions(
  shell: Shell,
  words: readonly string[],
  out: Output,
  startup?: Startup,
): Routine<readonly string[] | undefined> {
  const rest = [...words];
  for (let word = rest[0]; word !== undefined && /^[-+]/.test(word); word = rest[0]) {
    rest.shift();
    const on = word.startsWith("-");
    if (word === "-" || word === "--") {
      if (startup !== undefined) break;
      if (word === "-") {
        shell.setOptions(withOption(withOption(shell.options, "xtrace", false), "verbose", false));
      } else if (rest.length === 0) shell.setParameters([]);
      break;
    }
    for (const [i, letter] of [...word.slice(1)].entries()) {
      if (startup !== undefined && on && letter === "-") {
        if (word.slice(i + 2) !== "login") yield* shell.refuse(`bad option '${word}'`);
        startup.login = true;
        break;
      }
      if (startup !== undefined && applyStartup(shell, letter, startup)) continue;
      if (letter === "o") {
        if (!(yield* applyLongOption(shell, rest.shift(), { on, out, isStarting: startup !== undefined })))
          return undefined;
        continue;
      }
      const name = optionOfLetter(letter);
      if (name === undefined) {
        const problem = `illegal option ${on ? "-" : "+"}${letter}`;
        yield* startup === undefined ? shell.fail(problem) : shell.refuse(problem);
      } else shell.setOptions(withOption(shell.options, name, on));
      if (letter === "m" && startup !== undefined) startup.monitorGiven = true;
    }
  }
  return rest;
}

/** Options that `set` does not have; `+` means the same as `-`. */
function applyStartup(shell: Shell, letter: string, startup: Startup): boolean {
  switch (letter) {
    case "c":
      startup.commands = true;
      shell.setOptions(withOption(shell.options, "command", true));
      return true;
    case "s":
      shell.setOptions(withOption(shell.options, "stdin", true));
      return true;
    case "i":
      startup.interactiveGiven = true;
      shell.setOptions(withOption(shell.options, "interactive", true));
      return true;
    case "l":
      startup.login = true;
      return true;
    default:
      return false;
  }
}

/** `-o name`; without a name, shows all. While the shell starts, no option has a value yet: all of them show as on. */
function* applyLongOption(
  shell: Shell,
  name: string | undefined,
  { on, out, isStarting }: { readonly on: boolean; readonly out: Output; readonly isStarting: boolean },
): Routine<boolean> {
  if (name === undefined) {
    for (const [option] of SETTABLE) {
      const state = isStarting || shell.has(option);
      const line = on ? `${option.padEnd(16)}${state ? "on" : "off"}` : `set ${state ? "-" : "+"}o ${option}`;
      yield* out.line(line);
    }
    return true;
  }
  const option = optionOfName(name);
  if (option === undefined) {
    const problem = `illegal option ${on ? "-" : "+"}o ${name}`;
    yield* isStarting ? shell.printError(`${shell.zero}: ${problem}\n`) : shell.warn(problem);
    return false;
  }
  shell.setOptions(withOption(shell.options, option, on));
  return true;
}
