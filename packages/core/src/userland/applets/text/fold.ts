/** fold: wrap lines. @see fold(1p) */
import type { Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { continuesCharacter, isUnicode } from "../../unicode.ts";
import { toNumber } from "./arguments.ts";
import { eachFile, LineReader, put } from "./lines.ts";

const WIDTH_MAX = 10_000;

interface Style {
  readonly width: number;
  /** Bytes count, not columns. */
  readonly bytes: boolean;
  /** Bytes that go on with a character take no column. */
  readonly unicode: boolean;
  readonly atSpaces: boolean;
}

export const fold: Applet = function* (io) {
  const argv = io.argv.map((word) => (/^-[0-9]/.test(word) ? `-w${word.slice(1)}` : word));
  const options = yield* getopt(io.withArguments(argv), "bsw:");
  const width = yield* toNumber(io, options.value("w") ?? "80", { least: 1, most: WIDTH_MAX });
  const style = {
    width,
    bytes: options.has("b"),
    unicode: isUnicode((name) => io.env.get(name)),
    atSpaces: options.has("s"),
  };
  let failed = false;
  const code = yield* eachFile(io, options.operands, function* (fd, file) {
    const reader = new LineReader(fd);
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
      yield* wrap(io, line, reader.ending, style);
    }
    if (reader.error !== undefined) {
      yield* io.warn(`${file}: Input/output error`);
      failed = true;
    }
  });
  return failed ? 1 : code;
};

function* wrap(io: Io, line: string, ending: string, style: Style): Routine<void> {
  let start = 0;
  let column = 0;
  for (let at = 0; at < line.length; ) {
    const next = advance(column, line[at] ?? "", style);
    if (next <= style.width || at === start) {
      column = next;
      at++;
      continue;
    }
    let end = at;
    if (style.atSpaces) {
      for (let i = at - 1; i >= start; i--) {
        if (line[i] !== " " && line[i] !== "\t") continue;
        end = i + 1;
        break;
      }
    }
    yield* put(io, `${line.slice(start, end)}\n`);
    start = end;
    at = end;
    column = 0;
  }
  yield* put(io, line.slice(start) + ending);
}

function advance(column: number, char: string, style: Style): number {
  if (style.bytes) return column + 1;
  if (char === "\t") return column + 8 - (column % 8);
  if (char === "\b") return Math.max(column - 1, 0);
  if (char === "\r") return 0;
  return style.unicode && continuesCharacter(char.charCodeAt(0)) ? column : column + 1;
}
