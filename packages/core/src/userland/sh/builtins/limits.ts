/** ulimit, umask, times. @see ulimit(1p), umask(1p), times(1p) */
import {
  times as cpuTimes,
  Errno,
  prlimit,
  type ResourceLimit,
  type ResourceName,
  type Routine,
  umask as setMask,
} from "../../../abi/index.ts";
import { attempt, type Output } from "../../io.ts";
import { parseMode } from "../../mode.ts";
import { regular, special } from "../builtin.ts";
import { isNumber } from "../characters.ts";
import { ShellError } from "../errors.ts";
import { print } from "../print.ts";
import type { Shell } from "../shell.ts";
import { readOptions } from "./options.ts";

interface Limit {
  readonly letter: string;
  readonly resource: ResourceName;
  readonly unit: number;
  readonly title: string;
}

const LIMITS: readonly Limit[] = [
  { letter: "c", resource: "core", unit: 512, title: "core file size (blocks)" },
  { letter: "d", resource: "data", unit: 1024, title: "data seg size (kb)" },
  { letter: "e", resource: "nice", unit: 1, title: "scheduling priority" },
  { letter: "f", resource: "fsize", unit: 512, title: "file size (blocks)" },
  { letter: "i", resource: "sigpending", unit: 1, title: "pending signals" },
  { letter: "l", resource: "memlock", unit: 1024, title: "max locked memory (kb)" },
  { letter: "m", resource: "rss", unit: 1024, title: "max memory size (kb)" },
  { letter: "n", resource: "nofile", unit: 1, title: "open files" },
  { letter: "q", resource: "msgqueue", unit: 1, title: "POSIX message queues (bytes)" },
  { letter: "r", resource: "rtprio", unit: 1, title: "real-time priority" },
  { letter: "s", resource: "stack", unit: 1024, title: "stack size (kb)" },
  { letter: "t", resource: "cpu", unit: 1, title: "cpu time (seconds)" },
  { letter: "u", resource: "nproc", unit: 1, title: "max user processes" },
  { letter: "v", resource: "as", unit: 1024, title: "virtual memory (kb)" },
  { letter: "x", resource: "locks", unit: 1, title: "file locks" },
];

/** A limit to show, or to set to a value. */
interface Step {
  readonly limit: Limit;
  readonly value: string | undefined;
  /** Named by a letter, not a bare number for the file size. */
  readonly isNamed: boolean;
}

interface Request {
  readonly hard: boolean;
  readonly soft: boolean;
  readonly all: boolean;
  readonly steps: readonly Step[];
}

export const ulimit = regular(function* (shell, { argv, out }): Routine<number> {
  const request = parseRequest(argv.slice(1));
  if (typeof request === "string") {
    yield* shell.printError(`ulimit: invalid option -- '${request}'\n`);
    return 1;
  }
  if (request.all) {
    for (const limit of LIMITS) yield* show(out, limit, request, true);
    return 0;
  }
  const count = request.steps.length;
  for (const step of request.steps) {
    if (step.value === undefined) yield* show(out, step.limit, request, count > 1);
    else if (!(yield* change(shell, step.limit, step.value, request))) return 1;
  }
  if (count === 0) yield* show(out, limitOf("f"), request, false);
  return 0;
});

const limitOf = (letter: string): Limit => LIMITS.find((limit) => limit.letter === letter) ?? (LIMITS[3] as Limit);

/** What the words ask for; or the letter that is no option. */
function parseRequest(words: readonly string[]): Request | string {
  const steps: Step[] = [];
  const seen = new Set<string>();
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (!word.startsWith("-") || word === "-") {
      steps.push({ limit: limitOf("f"), value: word, isNamed: false });
      continue;
    }
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      if ("HSa".includes(letter)) {
        seen.add(letter);
        continue;
      }
      if (!LIMITS.some((limit) => limit.letter === letter)) return letter;
      const attached = word.slice(at + 1);
      const follows = rest[0] !== undefined && !rest[0].startsWith("-");
      const value = attached !== "" ? attached : follows ? rest.shift() : undefined;
      steps.push({ limit: limitOf(letter), value, isNamed: true });
      break;
    }
  }
  const either = seen.has("H") || seen.has("S");
  return { hard: seen.has("H") || !either, soft: seen.has("S") || !either, all: seen.has("a"), steps };
}

function* show(
  out: Output,
  { letter, resource, unit, title }: Limit,
  request: Request,
  titled: boolean,
): Routine<void> {
  const { soft, hard } = yield* prlimit(0, resource);
  const value = request.soft ? soft : hard;
  const shown = Number.isFinite(value) ? String(Math.floor(value / unit)) : "unlimited";
  yield* print(out, `${titled ? `${title.padEnd(32)}(-${letter}) ` : ""}${shown}\n`);
}

function* change(shell: Shell, { resource, unit }: Limit, text: string, request: Request): Routine<boolean> {
  if (text !== "unlimited" && !isNumber(text)) {
    yield* shell.printError(`${shell.name}: invalid number '${text}'\n`);
    return false;
  }
  const value = text === "unlimited" ? Number.POSITIVE_INFINITY : Number(text) * unit;
  const old = yield* prlimit(0, resource);
  const wanted: ResourceLimit = { soft: request.soft ? value : old.soft, hard: request.hard ? value : old.hard };
  const result = yield* attempt(prlimit(0, resource, wanted));
  if (!(result instanceof Errno)) return true;
  yield* shell.printError(`${shell.name}: error setting limit: ${result.message}\n`);
  return false;
}

export const umask = regular(function* (_shell, { argv, out }): Routine<number> {
  const { given, operands } = readOptions(argv, "S");
  const mask = yield* setMask(0);
  yield* setMask(mask);
  const [mode] = operands;
  if (mode === undefined) {
    const octal = `${mask.toString(8).padStart(4, "0")}\n`;
    yield* print(out, given.length > 0 ? symbolic(mask) : octal);
    return 0;
  }
  const isOctal = /^[0-9]/.test(mode);
  const parsed = parseMode(mode, isOctal ? mask : mask ^ 0o777, mask);
  if (parsed === undefined || parsed > 0o777) throw new ShellError(`illegal mode: ${mode}`);
  yield* setMask(isOctal ? parsed : parsed ^ 0o777);
  return 0;
});

/** `u=rwx,g=rx,o=rx`: what the mask allows. */
function symbolic(mask: number): string {
  const who = [..."ugo"].map((letter, i) => {
    const denied = mask >> (6 - 3 * i);
    return `${letter}=${denied & 4 ? "" : "r"}${denied & 2 ? "" : "w"}${denied & 1 ? "" : "x"}`;
  });
  return `${who.join(",")}\n`;
}

export const times = special(function* (_shell, { out }): Routine<number> {
  const { self, children } = yield* cpuTimes();
  for (const { userUs, systemUs } of [self, children]) yield* print(out, `${clock(userUs)} ${clock(systemUs)}\n`);
  return 0;
});

/** Minutes and seconds; the clock ticks every ten milliseconds. */
function clock(us: number): string {
  const ticks = Math.floor(us / 10_000);
  const seconds = Math.floor(ticks / 100);
  return `${Math.floor(seconds / 60)}m${seconds % 60}.${String((ticks % 100) * 10).padStart(3, "0")}s`;
}
