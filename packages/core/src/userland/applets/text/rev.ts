/** rev: print lines backwards, byte by byte. @see rev(1) */
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { eachLine, put } from "./lines.ts";

export const rev: Applet = function* (io) {
  const options = yield* getopt(io, "");
  return yield* eachLine(io, options.operands, function* (line, reader) {
    yield* put(io, [...line].reverse().join("") + (reader.ending === "" ? "" : "\n"));
  });
};
