/** truncate: give files a size. @see truncate(1) */
import { close, Errno, ftruncate, O_CREAT, O_NONBLOCK, O_WRONLY, open } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt } from "../../io.ts";
import { numberOrDie, SIZE_SUFFIXES } from "./number.ts";

export const truncate: Applet = function* (io) {
  const options = yield* getopt(io, "cs:");
  const sizeText = options.value("s");
  if (sizeText === undefined || options.operands.length === 0) return yield* showUsage(io);
  const creates = !options.has("c");
  const size = yield* numberOrDie(io, sizeText, { suffixes: SIZE_SUFFIXES });
  let code = 0;
  for (const path of options.operands) {
    const fd = yield* attempt(open(path, O_WRONLY | O_NONBLOCK | (creates ? O_CREAT : 0)));
    if (fd instanceof Errno) {
      if (fd.code === "ENOENT" && !creates) continue;
      yield* io.perror(`${path}: open`, fd);
      code = 1;
      continue;
    }
    const cut = yield* attempt(ftruncate(fd, size));
    if (cut instanceof Errno) {
      yield* io.perror(`${path}: truncate`, cut);
      code = 1;
    }
    yield* close(fd);
  }
  return code;
};
