/** uuencode: make text of a file, to be sent by mail. @see uuencode(1p) */
import { fstat, umask } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { openOrDie } from "../../or-die.ts";
import { usage } from "./arguments.ts";
import { BASE64, encodeQuads } from "./base64-code.ts";
import { LineReader, put } from "./lines.ts";

/** Bytes shown by one line. */
const LINE_BYTES = 45;
/** Digits of six bits from the blank on; a backquote stands for the blank. */
const STANDARD = `\`${Array.from({ length: 63 }, (_, i) => String.fromCharCode(33 + i)).join("")}\``;

export const uuencode: Applet = function* (io) {
  const options = yield* getopt(io, "m");
  const [first, second, excess] = options.operands;
  if (first === undefined || excess !== undefined) return yield* usage(io);
  const isBase64 = options.has("m");
  const fd = second === undefined ? 0 : yield* openOrDie(io, first);
  const mask = yield* umask(0);
  yield* umask(mask);
  const mode = second === undefined ? 0o666 & ~mask : (yield* fstat(fd)).mode & 0o777;
  yield* io.out.write(`begin${isBase64 ? "-base64" : ""} ${mode.toString(8)} ${second ?? first}`);
  const reader = new LineReader(fd);
  let waiting = "";
  for (;;) {
    const part = yield* reader.some(Infinity);
    waiting += part;
    while (waiting.length >= LINE_BYTES || (part === "" && waiting !== "")) {
      const bytes = waiting.slice(0, LINE_BYTES);
      waiting = waiting.slice(bytes.length);
      const length = isBase64 ? "" : STANDARD.charAt(bytes.length);
      yield* put(io, `\n${length}${encodeQuads(bytes, isBase64 ? BASE64 : STANDARD)}`);
    }
    if (part === "") break;
  }
  if (reader.error !== undefined) {
    yield* io.out.flush();
    return yield* io.pdie("read error", reader.error);
  }
  yield* io.out.write(isBase64 ? "\n====\n" : "\n`\nend\n");
  return 0;
};
