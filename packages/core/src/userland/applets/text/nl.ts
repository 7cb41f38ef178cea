/** nl: number lines. @see nl(1p) */

import { byteString } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { eachLine, put } from "./lines.ts";

export const nl: Applet = function* (io) {
  const options = yield* getopt(io, "pw:+s:v:+i:+b:", {
    "body-numbering": "b",
    "line-increment": "i",
    "no-renumber": "p",
    "number-separator": "s",
    "starting-line-number": "v",
    "number-width": "w",
  });
  const width = options.number("w") ?? 6;
  let number = options.number("v") ?? 1;
  const increment = options.number("i") ?? 1;
  const separator = byteString(options.value("s") ?? "\t");
  const style = (options.value("b") ?? "t").charAt(0);
  const none = " ".repeat(width + separator.length);
  return yield* eachLine(io, options.operands, function* (line) {
    const numbered = style === "a" || (style === "t" && line !== "");
    yield* put(io, `${numbered ? String(number).padStart(width) + separator : none}${line}\n`);
    if (numbered) number += increment;
  });
};
