/** renice, nice: scheduling priorities. @see renice(1p), nice(1p) */
import { Errno, getpriority, type PriorityTarget, type Routine, setpriority } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie } from "../../exec.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { integerOrDie, parseUnsigned, UINT_MAX } from "../../number.ts";
import { userByName } from "../../passwd.ts";

const ADJUSTMENT_MIN = -(2 ** 30);
const ADJUSTMENT_MAX = 2 ** 30 - 1;
const DEFAULT_ADJUSTMENT = 10;
const TARGETS: Readonly<Record<string, PriorityTarget>> = { p: "process", g: "group", u: "user" };

export const renice: Applet = function* (io) {
  const words = io.argv.slice(1);
  const isRelative = words[0]?.startsWith("-n") === true;
  if (isRelative) {
    const attached = (words.shift() as string).slice(2);
    if (attached !== "") words.unshift(attached);
  }
  const priority = words.shift();
  if (priority === undefined) return yield* showUsage(io);
  const adjustment = yield* integerOrDie(io, priority.replace(/^\+/, ""), ADJUSTMENT_MIN, ADJUSTMENT_MAX);
  let which: PriorityTarget = "process";
  let code = 0;
  for (const word of words) {
    const target = word.startsWith("-") ? TARGETS[word[1] ?? ""] : undefined;
    which = target ?? which;
    const name = target === undefined ? word : word.slice(2);
    if (name === "" && target !== undefined) continue;
    const who = yield* identify(io, which, name);
    const done = who !== undefined && (yield* change(io, which, who, adjustment, isRelative));
    if (!done) code = 1;
  }
  return code;
};

function* identify(io: Io, which: PriorityTarget, name: string): Routine<number | undefined> {
  if (which === "user") {
    const user = yield* userByName(io, name);
    if (user === undefined) yield* io.warn(`unknown user ${name}`);
    return user?.uid;
  }
  const number = parseUnsigned(name);
  if (number !== undefined && number <= UINT_MAX) return number;
  yield* io.warn(`invalid number '${name}'`);
  return undefined;
}

function* change(
  io: Io,
  which: PriorityTarget,
  who: number,
  adjustment: number,
  isRelative: boolean,
): Routine<boolean> {
  const old = isRelative ? yield* attempt(getpriority(which, who)) : 0;
  if (old instanceof Errno) {
    yield* io.perror("getpriority", old);
    return false;
  }
  const error = yield* attempt(setpriority(which, who, old + adjustment));
  if (!(error instanceof Errno)) return true;
  yield* io.perror("setpriority", error);
  return false;
}

export const nice: Applet = function* (io) {
  const words = io.argv.slice(1);
  const current = yield* getpriority();
  if (words.length === 0) {
    yield* io.out.line(String(current));
    return 0;
  }
  let adjustment = DEFAULT_ADJUSTMENT;
  if (words[0]?.startsWith("-")) {
    const option = (words.shift() as string).slice(1);
    const attached = option.startsWith("n") ? option.slice(1) : option;
    const text = attached === "" && option === "n" ? words.shift() : attached;
    if (text === undefined || words.length === 0) return yield* showUsage(io);
    adjustment = yield* integerOrDie(io, text, ADJUSTMENT_MIN, ADJUSTMENT_MAX);
  }
  const priority = current + adjustment;
  const error = yield* attempt(setpriority("process", 0, priority));
  if (error instanceof Errno) return yield* io.pdie(`setpriority(${priority})`, error);
  return yield* execOrDie(io, words);
};
