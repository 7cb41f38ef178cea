/** wc: count lines, words and bytes. @see wc(1p) */
import { Errno, type Routine, read } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { continuesCharacter, isUnicode } from "../../unicode.ts";
import { TEXT_NS_PER_BYTE, Work } from "../../work.ts";
import { eachFile } from "./lines.ts";

const STDIO_PORTION = 4096;
/** In the order in which they are printed. */
const COLUMNS = ["l", "w", "m", "c", "L"] as const;
type Column = (typeof COLUMNS)[number];
type Counts = Record<Column, number>;

export const wc: Applet = function* (io) {
  const options = yield* getopt(io, "lwmcL");
  const asked = COLUMNS.filter((column) => options.has(column));
  const columns: readonly Column[] = asked.length === 0 ? ["l", "w", "c"] : asked;
  const files = options.operands;
  const narrow = files.length <= 1 && columns.length === 1;
  const unicode = isUnicode((name) => io.env.get(name));
  const total: Counts = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  let code = 0;
  const print = function* (counts: Counts, name: string | undefined): Routine<void> {
    const texts = columns.map((column) => (narrow ? String(counts[column]) : String(counts[column]).padStart(9)));
    yield* io.out.line(texts.join(" ") + (name === undefined ? "" : ` ${name}`));
  };
  const failed = yield* eachFile(io, files, function* (fd, file) {
    const { counts, error } = yield* count(fd, unicode);
    if (error !== undefined) {
      yield* io.perror(file, error);
      code = 1;
    }
    for (const column of COLUMNS) total[column] += column === "L" ? 0 : counts[column];
    total.L = Math.max(total.L, counts.L);
    yield* print(counts, files.length === 0 ? undefined : file);
  });
  if (files.length > 1) yield* print(total, "total");
  return failed || code;
};

/** `unicode`: bytes that go on with a character are none of their own. */
function* count(fd: number, unicode: boolean): Routine<{ counts: Counts; error: Errno | undefined }> {
  const counts: Counts = { l: 0, w: 0, m: 0, c: 0, L: 0 };
  let inWord = 0;
  let width = 0;
  let continued = 0;
  const work = new Work(TEXT_NS_PER_BYTE);
  for (;;) {
    const bytes = yield* attempt(read(fd, STDIO_PORTION));
    if (bytes instanceof Errno || bytes.length === 0) {
      counts.L = Math.max(counts.L, width);
      counts.w += inWord;
      counts.m = counts.c - continued;
      return { counts, error: bytes instanceof Errno ? bytes : undefined };
    }
    counts.c += bytes.length;
    yield* work.on(bytes.length);
    for (const byte of bytes) {
      if (byte > 32 && byte < 127) {
        width++;
        inWord = 1;
        continue;
      }
      if (byte === 32) width++;
      else if (byte === 9) width = (width | 7) + 1;
      else if (byte >= 10 && byte <= 13) {
        counts.L = Math.max(counts.L, width);
        if (byte === 10) counts.l++;
        if (byte !== 11) width = 0;
      } else {
        if (unicode && continuesCharacter(byte)) continued++;
        continue;
      }
      counts.w += inWord;
      inWord = 0;
    }
  }
}
