/** rev: print lines backwards, byte by byte or character by character. @see rev(1) */
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { charactersOf, isUnicode } from "../../unicode.ts";
import { eachFile, LineReader, put } from "./lines.ts";

export const rev: Applet = function* (io) {
  const options = yield* getopt(io, "");
  const unicode = isUnicode((name) => io.env.get(name));
  return yield* eachFile(io, options.operands, function* (fd) {
    const reader = new LineReader(fd);
    for (let line = yield* reader.next(); line !== undefined; line = yield* reader.next()) {
      // To C a line ends at its first NUL: the rest is lost, and with it the newline.
      const [text = "", ...lost] = line.split("\0");
      const ending = lost.length > 0 ? "" : reader.ending;
      yield* put(io, (unicode ? backwards(text) : [...text].reverse().join("")) + ending);
    }
    if (fd === 0) yield* reader.giveBack();
  });
};

/** A line that is not UTF-8 stays as it is. */
function backwards(line: string): string {
  const characters = charactersOf(line);
  return characters === undefined ? line : [...characters].reverse().join("");
}
