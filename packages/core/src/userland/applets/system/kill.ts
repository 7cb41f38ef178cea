/** kill, killall: send signals, by number or by name. @see kill(1p), killall(1) */
import { Errno, getpid, kill as killCall, type Routine, SIGTERM } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { INT_MAX, parseInteger, parseUnsigned, UINT_MAX } from "../../number.ts";
import { nameOfSignal, signalByName, signalList } from "../../signal-names.ts";
import { processesByName } from "./process-table.ts";

/** Exit codes from here on say which signal ended a program. */
const SIGNALED = 0x80;

export const kill: Applet = function* (io) {
  const words = io.argv.slice(1);
  if (words[0] === "-l") return yield* listSignals(io, words.slice(1));
  const signal = yield* signalOption(io, words);
  if (words.length === 0) return yield* io.die("you need to specify whom to kill");
  let errors = 0;
  for (const word of words) errors += yield* killList(io, word, signal);
  return errors;
};

export const killall: Applet = function* (io) {
  const words = io.argv.slice(1);
  if (words[0] === "-l") return yield* listSignals(io, words.slice(1));
  const quiet = words[0] === "-q";
  if (quiet) {
    words.shift();
    if (words.length === 0) return yield* showUsage(io);
  }
  const signal = yield* signalOption(io, words);
  if (words.length === 0) return yield* io.die("you need to specify whom to kill");
  let errors = 0;
  for (const name of words) errors += yield* killNamed(io, name, signal, quiet);
  return errors;
};

/** Takes `-SIG`, `-s SIG` or `--` from the words. */
function* signalOption(io: Io, words: string[]): Routine<number> {
  if (!words[0]?.startsWith("-")) return SIGTERM;
  let text = (words.shift() as string).slice(1);
  if (text === "-") return SIGTERM;
  if (text === "s" && words.length > 0) text = words.shift() as string;
  const signal = signalByName(text);
  return signal ?? (yield* io.die(`bad signal name '${text}'`));
}

/** Translates numbers to names and names to numbers; exit codes of killed programs count as their signals. */
function* listSignals(io: Io, words: readonly string[]): Routine<number> {
  if (words.length === 0) for (const line of signalList()) yield* io.out.line(line);
  for (const word of words) {
    if (/^[0-9]/.test(word)) {
      const number = parseUnsigned(word);
      if (number === undefined || number > UINT_MAX) return yield* io.die(`unknown signal '${word}'`);
      yield* io.out.line(nameOfSignal(number % SIGNALED));
    } else {
      const signal = signalByName(word);
      if (signal === undefined) return yield* io.die(`unknown signal '${word}'`);
      yield* io.out.line(String(signal));
    }
  }
  return 0;
}

/** A word may hold several pids, as a shell's job specification expands to. Returns how many failed. */
function* killList(io: Io, word: string, signal: number): Routine<number> {
  let errors = 0;
  let rest = word;
  while (rest !== "") {
    if (rest.startsWith(" ")) rest = rest.slice(1);
    const [, digits = "", after = ""] = /^(-?[0-9]*)(.*)$/s.exec(rest) ?? [];
    const pid = parseInteger(digits);
    if (pid === undefined || Math.abs(pid) > INT_MAX || (after !== "" && !after.startsWith(" "))) {
      yield* io.warn(`invalid number '${rest}'`);
      return errors + 1;
    }
    const error = yield* attempt(killCall(pid, signal));
    if (error instanceof Errno) {
      yield* io.perror(`can't kill pid ${pid}`, error);
      errors++;
    }
    rest = after;
  }
  return errors;
}

function* killNamed(io: Io, name: string, signal: number, quiet: boolean): Routine<number> {
  const pids = yield* processesByName(name);
  if (pids.length === 0) {
    if (!quiet) yield* io.warn(`${name}: no process killed`);
    return 1;
  }
  const self = yield* getpid();
  let errors = 0;
  for (const pid of pids) {
    if (pid === self) continue;
    const error = yield* attempt(killCall(pid, signal));
    if (!(error instanceof Errno)) continue;
    errors++;
    if (!quiet) yield* io.perror(`can't kill pid ${pid}`, error);
  }
  return errors;
}
