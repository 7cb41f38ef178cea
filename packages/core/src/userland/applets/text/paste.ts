/** paste: merge lines of files. @see paste(1p) */
import type { Routine } from "../../../abi/index.ts";
import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { AppletExit, type Io } from "../../io.ts";
import { readEscape } from "./escape.ts";
import { LineReader, openInputOrWarn, put } from "./lines.ts";

export const paste: Applet = function* (io) {
  const options = yield* getopt(io, "d:s");
  const given = options.value("d");
  if (given === "") return yield* io.die("-d '' is not supported");
  const delimiters = delimiterList(byteString(given ?? "\t"));
  const readers: LineReader[] = [];
  // Standard input is one stream, however often it is named.
  const stdin = new LineReader(0, "\n\0");
  for (const file of options.operands.length === 0 ? ["-"] : options.operands) {
    const fd = yield* openInputOrWarn(io, file);
    if (fd === undefined) throw new AppletExit(1);
    readers.push(fd === 0 ? stdin : new LineReader(fd, "\n\0"));
  }
  yield* options.has("s") ? serially(io, readers, delimiters) : together(io, readers, delimiters);
  return 0;
};

function delimiterList(text: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length; ) {
    const char = text[at++] ?? "";
    const sequence = char === "\\" ? readEscape(text, at) : undefined;
    list.push(sequence?.char ?? char);
    at = sequence?.end ?? at;
  }
  return list;
}

/** A NUL in the list stands for nothing. */
const shown = (delimiter: string | undefined): string => (delimiter === "\0" ? "" : (delimiter ?? ""));

function* together(io: Io, readers: readonly LineReader[], delimiters: readonly string[]): Routine<void> {
  for (;;) {
    let row = "";
    let isEmpty = true;
    for (const [i, reader] of readers.entries()) {
      const line = yield* reader.next();
      if (line !== undefined) isEmpty = false;
      row += (line ?? "") + (i === readers.length - 1 ? "\n" : shown(delimiters[i % delimiters.length]));
    }
    if (isEmpty) return;
    yield* put(io, row);
  }
}

function* serially(io: Io, readers: readonly LineReader[], delimiters: readonly string[]): Routine<void> {
  for (const reader of readers) {
    let at = 0;
    let line = yield* reader.next();
    if (line === undefined) continue;
    for (;;) {
      const next = yield* reader.next();
      yield* put(io, line + (next === undefined ? "\n" : shown(delimiters[at++ % delimiters.length])));
      if (next === undefined) break;
      line = next;
    }
  }
}
