/** What gzip, gunzip, bzip2 and their kin have in common: files that are replaced by what they are turned into. */
import { close, Errno, O_CREAT, O_EXCL, O_WRONLY, open, type Routine, stat, unlink } from "../../../abi/index.ts";
import type { Options } from "../../getopt.ts";
import { attempt, type Io, isatty } from "../../io.ts";
import type { Streams } from "./unpack.ts";

export interface Filter {
  /** Turns one stream into the other: how much was written, if it counts that; `undefined` if something was wrong, which was said. */
  readonly transform: (io: Io, streams: Streams) => Routine<number | undefined>;
  /** What the result is called; `undefined` if the file's name shows that it is none of this kind. */
  readonly rename: (name: string) => string | undefined;
}

/** Options that they all know. */
export const FILTER_OPTIONS = "cfkvq";

/** The name with `extension` behind it. */
export const withExtension =
  (extension: string) =>
  (name: string): string =>
    `${name}.${extension}`;

/** The name without `extension`, which it must have. */
export const withoutExtension =
  (extension: string) =>
  (name: string): string | undefined =>
    name.endsWith(`.${extension}`) ? name.slice(0, -extension.length - 1) : undefined;

/** Deals with every operand, or with standard input. Returns the exit code. */
export function* filterFiles(io: Io, options: Options, filter: Filter): Routine<number> {
  const files = options.operands.length === 0 ? ["-"] : options.operands;
  const isTest = options.has("t");
  let code = 0;
  for (const file of files) {
    if (!(yield* filterFile(io, options, filter, { file, isTest }))) code = 1;
  }
  return code;
}

function* filterFile(
  io: Io,
  options: Options,
  { transform, rename }: Filter,
  { file, isTest }: { readonly file: string; readonly isTest: boolean },
): Routine<boolean> {
  const input = file === "-" ? undefined : yield* openInput(io, file);
  if (input === false) return false;
  const toFile = input !== undefined && !options.has("c") && !isTest;
  const made = toFile ? rename(file) : undefined;
  if (toFile && made === undefined) {
    yield* io.warn(`${file}: unknown suffix - ignored`);
    yield* close(input.fd);
    return false;
  }
  const target = isTest ? "/dev/null" : made;
  if (made !== undefined && options.has("f")) yield* attempt(unlink(made));
  const flags = isTest ? O_WRONLY : O_WRONLY | O_CREAT | O_EXCL;
  const output = target === undefined ? 1 : yield* attempt(open(target, flags, input?.mode ?? 0o666));
  if (output instanceof Errno) {
    yield* io.perror(`can't open '${target}'`, output);
    return false;
  }
  if (!options.has("f") && (yield* isatty(input?.fd ?? 0))) {
    yield* io.die("compressed data not read from terminal, use -f to force it");
  }
  const done = yield* transform(io, { input: input?.fd ?? 0, output });
  if (input !== undefined) yield* close(input.fd);
  if (output !== 1) yield* close(output);
  if (input !== undefined && made !== undefined) {
    if (done !== undefined && options.has("v")) {
      yield* io.err.write(`${file}: ${saved(input.size, done)}% - replaced with ${made}\n`);
    }
    yield* replace(io, options, { file, made, succeeded: done !== undefined });
  }
  return done !== undefined;
}

function* openInput(
  io: Io,
  file: string,
): Routine<{ readonly fd: number; readonly mode: number; readonly size: number } | false> {
  const found = yield* attempt(stat(file));
  if (found instanceof Errno) {
    yield* io.perror(file, found);
    return false;
  }
  const fd = yield* attempt(open(file));
  if (!(fd instanceof Errno)) return { fd, mode: found.mode & 0o7777, size: found.size };
  yield* io.perror(`can't open '${file}'`, fd);
  return false;
}

/**
 * How much smaller the file that was read is than what was written, in percent; compressors get strange numbers, for it is
 * unsigned.
 */
const saved = (size: number, written: number): number =>
  written === 0 ? 100 : (100 - Math.floor((size * 100) / written)) >>> 0;

/** Deletes the file that was read, unless it is to be kept; or, after a failure, what was made of it. */
function* replace(
  io: Io,
  options: Options,
  { file, made, succeeded }: { readonly file: string; readonly made: string; readonly succeeded: boolean },
): Routine<void> {
  if (succeeded && options.has("k")) return;
  const victim = succeeded ? file : made;
  const error = yield* attempt(unlink(victim));
  if (error instanceof Errno) yield* io.pdie(`can't remove file '${victim}'`, error);
}
