/** rev: print lines backwards, byte by byte or character by character. @see rev(1) */
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { charactersOf, isUnicode } from "../../unicode.ts";
import { eachLine, put } from "./lines.ts";

export const rev: Applet = function* (io) {
  const options = yield* getopt(io, "");
  const unicode = isUnicode((name) => io.env.get(name));
  return yield* eachLine(io, options.operands, function* (line, reader) {
    yield* put(io, (unicode ? backwards(line) : [...line].reverse().join("")) + (reader.ending === "" ? "" : "\n"));
  });
};

/** A line that is not UTF-8 stays as it is. */
function backwards(line: string): string {
  const characters = charactersOf(line);
  return characters === undefined ? line : [...characters].reverse().join("");
}
