/** uudecode: make the file again that uuencode made text of. @see uudecode(1p) */
import { fchmod, O_CREAT, O_TRUNC, O_WRONLY, type Routine } from "../../../abi/index.ts";
import { byteString, fromByteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { usage } from "./arguments.ts";
import { decodeStream } from "./base64-code.ts";
import { LineReader, openInputOrDie, put } from "./lines.ts";
import { OutputFile } from "./output-file.ts";

/** Digits of the longest line that is allowed: 45 bytes. */
const LONGEST = 60;

export const uudecode: Applet = function* (io) {
  const options = yield* getopt(io, "o:");
  const [file = "-", excess] = options.operands;
  if (excess !== undefined) return yield* usage(io);
  const reader = new LineReader(yield* openInputOrDie(io, file), "\n\0");
  const given = options.value("o");
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    const [, base64, mode = "", stored = ""] = /^begin(-base64)? ([0-7]*)[^ ]*(?: (.*))?$/s.exec(line) ?? [];
    if (!/^begin(-base64)? /.test(line)) continue;
    const name = given === undefined ? stored.trim() : byteString(given);
    if (name === "") break;
    const output = yield* openTarget(io, fromByteString(name), Number.parseInt(`0${mode}`, 8));
    const write = (bytes: string): Routine<void> => (output === undefined ? put(io, bytes) : output.write(bytes));
    try {
      if (base64 !== undefined) yield* decodeStream(io, reader, write, { stopsAtMark: true });
      else yield* decodeLines(io, reader, write);
    } finally {
      // What was decoded before an error is kept.
      if (output !== undefined) yield* output.close();
    }
    return 0;
  }
  return yield* io.die("no 'begin' line");
};

/** The file to write; `undefined` for standard output. */
function* openTarget(io: Io, name: string, mode: number): Routine<OutputFile | undefined> {
  if (name === "-" || name === "/dev/stdout") return undefined;
  const fd = yield* openOrDie(io, name, O_WRONLY | O_CREAT | O_TRUNC);
  yield* attempt(fchmod(fd, mode & 0o777));
  return new OutputFile(fd);
}

function* decodeLines(io: Io, reader: LineReader, write: (bytes: string) => Routine<void>): Routine<void> {
  for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
    const text = line.replace(/[\r\n]+$/, "");
    if (text === "end") return;
    const digits = [...text].map((char) => (char.charCodeAt(0) - 32) & 63);
    const count = digits[0] ?? 0;
    const needed = Math.floor((count * 4) / 3);
    if (digits.length <= needed) break;
    if (needed > LONGEST) return yield* io.die("line too long");
    let bytes = "";
    for (let at = 1; at <= needed; at += 4) {
      const [a = 0, b = 0, c = 0, d = 0] = digits.slice(at, at + 4);
      bytes += String.fromCharCode(((a << 2) | (b >> 4)) & 255, ((b << 4) | (c >> 2)) & 255, ((c << 6) | d) & 255);
    }
    yield* write(bytes.slice(0, count));
  }
  return yield* io.die("short file");
}
