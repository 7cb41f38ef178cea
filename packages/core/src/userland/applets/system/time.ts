/** time: run a program and say how long it took. @see time(1p) */
import {
  clock_gettime,
  dup3,
  exitCode,
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_TRUNC,
  O_WRONLY,
  PAGE_SIZE,
  type Routine,
  SIGINT,
  SIGQUIT,
  sigaction,
  times,
  type WaitStatus,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { execOrDie, fork, waitFor } from "../../exec.ts";
import { getopt, type Options, showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";

const DEFAULT_FORMAT = "real\t%E\nuser\t%u\nsys\t%T";
const POSIX_FORMAT = "real %e\nuser %U\nsys %S";
const VERBOSE_FORMAT = [
  'Command being timed: "%C"',
  "User time (seconds): %U",
  "System time (seconds): %S",
  "Percent of CPU this job got: %P",
  "Elapsed (wall clock) time (h:mm:ss or m:ss): %E",
  "Average shared text size (kbytes): %X",
  "Average unshared data size (kbytes): %D",
  "Average stack size (kbytes): %p",
  "Average total size (kbytes): %K",
  "Maximum resident set size (kbytes): %M",
  "Average resident set size (kbytes): %t",
  "Major (requiring I/O) page faults: %F",
  "Minor (reclaiming a frame) page faults: %R",
  "Voluntary context switches: %w",
  "Involuntary context switches: %c",
  "Swaps: %W",
  "File system inputs: %I",
  "File system outputs: %O",
  "Socket messages sent: %s",
  "Socket messages received: %r",
  "Signals delivered: %k",
  "Page size (bytes): %Z",
  "Exit status: %x",
]
  .map((line) => `\t${line}`)
  .join("\n");
/** What this kernel does not count. */
const UNCOUNTED = "DFIKMORWXckprstw";

interface Usage {
  readonly command: readonly string[];
  readonly status: WaitStatus;
  readonly elapsedMs: number;
  readonly userUs: number;
  readonly systemUs: number;
}

export const time: Applet = function* (io) {
  const options = yield* getopt(io, "+vpao:f:");
  if (options.operands.length === 0) return yield* showUsage(io);
  const format = options.has("p")
    ? POSIX_FORMAT
    : options.has("v")
      ? VERBOSE_FORMAT
      : (options.value("f") ?? io.env.get("TIME") ?? DEFAULT_FORMAT);
  const output = yield* openOutput(io, options);
  const usage = yield* runTimed(io, options.operands);
  yield* dup3(output, 1);
  yield* io.out.write(summary(format, usage));
  const { status } = usage;
  return "signaled" in status ? status.signaled : exitCode(status);
};

function* openOutput(io: Io, options: Options): Routine<number> {
  const path = options.value("o");
  if (path === undefined) return 2;
  const flags = O_CREAT | O_WRONLY | O_CLOEXEC | (options.has("a") ? O_APPEND : O_TRUNC);
  return yield* openOrDie(io, path, flags);
}

/** Signals from the keyboard are for the program. */
function* runTimed(io: Io, command: readonly string[]): Routine<Usage> {
  const startUs = yield* clock_gettime("monotonic");
  const before = (yield* times()).children;
  const pid = yield* fork(io, () => execOrDie(io, command));
  const onInterrupt = yield* sigaction(SIGINT, "ignore");
  const onQuit = yield* sigaction(SIGQUIT, "ignore");
  const status = yield* waitFor(pid);
  const elapsedMs = Math.floor(((yield* clock_gettime("monotonic")) - startUs) / 1000);
  yield* sigaction(SIGINT, onInterrupt);
  yield* sigaction(SIGQUIT, onQuit);
  const after = (yield* times()).children;
  const userUs = after.userUs - before.userUs;
  return { command, status, elapsedMs, userUs, systemUs: after.systemUs - before.systemUs };
}

function summary(format: string, usage: Usage): string {
  const { status } = usage;
  const code = exitCode(status);
  let text = "";
  if ("signaled" in status) text = `Command terminated by signal ${status.signaled}\n`;
  else if (code !== 0) text = `Command exited with non-zero status ${code}\n`;
  text += format.replace(/%([\s\S]?)|\\([\s\S]?)/g, (_, letter: string | undefined, special: string | undefined) =>
    letter === undefined ? escaped(special ?? "", usage) : directive(letter, usage),
  );
  // What ends within a directive ends without a newline.
  return /(^|[^%])(%%)*%$/.test(format) ? text : `${text}\n`;
}

function escaped(letter: string, usage: Usage): string {
  if (letter === "n") return "\n";
  if (letter === "t") return "\t";
  if (letter === "\\") return "\\";
  return `?\\${letter === "" ? `${usage.command[0]}\n` : letter}`;
}

function directive(letter: string, usage: Usage): string {
  const { command, elapsedMs, userUs, systemUs, status } = usage;
  switch (letter) {
    case "%":
      return "%";
    case "C":
      return command.join(" ");
    case "E":
      return clockTime(elapsedMs);
    case "e":
      return seconds(elapsedMs);
    case "P":
      return `${Math.floor((Math.floor((userUs + systemUs) / 1000) * 100) / Math.max(elapsedMs, 1))}%`;
    case "S":
      return seconds(systemUs / 1000);
    case "T":
      return clockTime(systemUs / 1000);
    case "U":
      return seconds(userUs / 1000);
    case "u":
      return clockTime(userUs / 1000);
    case "Z":
      return String(PAGE_SIZE);
    case "x":
      return String("exited" in status ? status.exited : 0);
    default:
      return UNCOUNTED.includes(letter) && letter !== "" ? "0" : `?${letter}`;
  }
}

const hundredths = (ms: number): string => String(Math.floor(ms / 10) % 100).padStart(2, "0");

const seconds = (ms: number): string => `${Math.floor(ms / 1000)}.${hundredths(ms)}`;

function clockTime(ms: number): string {
  const total = Math.floor(ms / 1000);
  const minutes = Math.floor((total % 3600) / 60);
  if (total < 3600) return `${minutes}m ${total % 60}.${hundredths(ms)}s`;
  return `${Math.floor(total / 3600)}h ${minutes}m ${String(total % 60).padStart(2, "0")}s`;
}
