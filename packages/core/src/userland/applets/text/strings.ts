/** strings: print the printable strings in files. @see strings(1p) */

import type { Routine } from "../../../abi/index.ts";
import { ownValue } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt } from "../../getopt.ts";
import { INT_MAX, toNumber, usage } from "./arguments.ts";
import { eachFile, LineReader, put } from "./lines.ts";

const PORTION = 4096;
const RADIX: Readonly<Record<string, number>> = { o: 8, d: 10, x: 16 };

export const strings: Applet = function* (io) {
  const options = yield* getopt(io, "afon:t:");
  const shortest = yield* toNumber(io, options.value("n") ?? "4", { least: 1, most: INT_MAX });
  const radix = ownValue(RADIX, options.value("t") ?? "o");
  if (radix === undefined) return yield* usage(io);
  const offsets = options.has("o") || options.has("t");
  const isStdin = options.operands.length === 0;
  return yield* eachFile(io, options.operands, function* (fd, file) {
    const name = isStdin ? "{standard input}: " : `${file}: `;
    const reader = new LineReader(fd);
    let text = "";
    let offset = 0;
    const end = function* (): Routine<void> {
      if (text.length >= shortest) {
        const where = offsets ? `${(offset - text.length).toString(radix).padStart(7)} ` : "";
        yield* put(io, `${options.has("f") ? name : ""}${where}${text}\n`);
      }
      text = "";
    };
    for (let part = yield* reader.some(PORTION); part !== ""; part = yield* reader.some(PORTION)) {
      for (const char of part) {
        if ((char >= " " && char <= "~") || char === "\t") text += char;
        else yield* end();
        offset++;
      }
    }
    yield* end();
  });
};
