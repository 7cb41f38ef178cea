/** base64: encode or decode data in base64. @see base64(1) */
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { usage } from "./arguments.ts";
import { BASE64, decodeToOutput, encodeQuads } from "./base64-code.ts";
import { finish, LineReader, openInputOrDie, put } from "./lines.ts";

const COLUMNS = 76;

export const base64: Applet = function* (io) {
  const options = yield* getopt(io, "diw:+");
  const columns = options.number("w") ?? COLUMNS;
  const [file = "-", excess] = options.operands;
  if (excess !== undefined) return yield* usage(io);
  const fd = yield* openInputOrDie(io, file);
  const reader = new LineReader(fd);
  if (options.has("d")) {
    yield* decodeToOutput(io, reader);
    return 0;
  }
  let waiting = "";
  let line = "";
  for (;;) {
    const part = yield* reader.some(Infinity);
    waiting += part;
    const usable = part === "" ? waiting.length : waiting.length - (waiting.length % 3);
    line += encodeQuads(waiting.slice(0, usable), BASE64);
    waiting = waiting.slice(usable);
    for (; columns > 0 && line.length >= columns; line = line.slice(columns))
      yield* put(io, `${line.slice(0, columns)}\n`);
    if (part === "") break;
    if (columns > 0) continue;
    yield* put(io, line);
    line = "";
  }
  if (reader.error !== undefined) return yield* io.pdie("read error", reader.error);
  if (line !== "") yield* put(io, columns === 0 ? line : `${line}\n`);
  yield* finish(fd, reader);
  return 0;
};
