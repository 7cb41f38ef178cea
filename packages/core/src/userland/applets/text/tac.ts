/** tac: print lines in reverse order. @see tac(1) */
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { Memory } from "../../memory.ts";
import { eachFile, LineReader, put } from "./lines.ts";

export const tac: Applet = function* (io) {
  const options = yield* getopt(io, "");
  const memory = new Memory();
  let failed = false;
  const code = yield* eachFile(io, options.operands, function* (fd, file) {
    const reader = new LineReader(fd, "\n", memory);
    const lines: string[] = [];
    let bytes = 0;
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
      lines.push(line + reader.ending);
      bytes += line.length + 32;
      yield* memory.hold(bytes);
    }
    if (reader.error !== undefined) {
      yield* io.perror(file, reader.error);
      failed = true;
    }
    for (const line of lines.reverse()) yield* put(io, line);
  });
  return failed ? 1 : code;
};
