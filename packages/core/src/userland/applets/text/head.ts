/** head: print the beginning of files. @see head(1p) */
import { close, Errno, open, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { BKM, toNumber } from "./arguments.ts";
import { LineReader, put } from "./lines.ts";

interface Amount {
  readonly count: number;
  readonly bytes: boolean;
  /** All but the last so many. */
  readonly allBut: boolean;
}

export const head: Applet = function* (io) {
  const { amount, headers, files } = yield* readArguments(io);
  let code = 0;
  let separator = "";
  for (const file of files.length === 0 ? ["-"] : files) {
    const fd = file === "-" ? 0 : yield* attempt(open(file));
    if (fd instanceof Errno) {
      yield* io.perror(file, fd);
      code = 1;
    } else {
      if (headers(files.length)) {
        yield* io.out.write(`${separator}==> ${file === "-" ? "standard input" : file} <==\n`);
      }
      const reader = new LineReader(fd);
      yield* copy(io, reader, amount);
      if (reader.error !== undefined) {
        yield* io.warn(`${file}: Input/output error`);
        code = 1;
      }
      if (fd === 0) yield* reader.giveBack();
      else yield* close(fd);
    }
    separator = "\n";
  }
  return code;
};

function* readArguments(
  io: Io,
): Routine<{ amount: Amount; headers: (files: number) => boolean; files: readonly string[] }> {
  const old = /^-[0-9]/.test(io.argv[1] ?? "") ? io.argv[1] : undefined;
  // The old form `-5` stands where the name did when the options after it are read.
  const words = old === undefined ? io : io.withArguments([old, ...io.argv.slice(2)]);
  const options = yield* getopt(words, "n:c:qv", "letters only");
  let count = yield* countOf(io, old?.slice(1) ?? "10");
  let bytes = false;
  // One minus is enough, whatever number counts in the end.
  let allBut = false;
  for (const [name, value] of options.given) {
    if (name !== "n" && name !== "c") continue;
    count = yield* countOf(io, value);
    bytes ||= name === "c";
    allBut ||= value.startsWith("-");
  }
  const loud = options.last("q", "v");
  return {
    amount: { count, bytes, allBut },
    headers: (files) => (loud === "v" ? true : loud === "q" ? false : files > 1),
    files: options.operands,
  };
}

const countOf = (io: Io, text: string): Routine<number> => toNumber(io, text.replace(/^-/, ""), { suffixes: BKM });

function* copy(io: Io, reader: LineReader, amount: Amount): Routine<void> {
  if (amount.allBut)
    yield* amount.bytes ? allButBytes(io, reader, amount.count) : allButLines(io, reader, amount.count);
  else if (amount.bytes) {
    for (let rest = amount.count; rest > 0; ) {
      const part = yield* reader.some(rest);
      if (part === "") return;
      yield* put(io, part);
      rest -= part.length;
    }
  } else {
    for (let i = 0; i < amount.count; i++) {
      const line = yield* reader.next();
      if (line === undefined) return;
      yield* put(io, line + reader.ending);
    }
  }
}

function* allButLines(io: Io, reader: LineReader, count: number): Routine<void> {
  const held: string[] = [];
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    held.push(line + reader.ending);
    if (held.length > count) yield* put(io, held.shift() ?? "");
  }
}

function* allButBytes(io: Io, reader: LineReader, count: number): Routine<void> {
  let held = "";
  for (let part = yield* reader.some(4096); part !== ""; part = yield* reader.some(4096)) {
    held += part;
    if (held.length <= count) continue;
    yield* put(io, held.slice(0, held.length - count));
    held = held.slice(held.length - count);
  }
}
