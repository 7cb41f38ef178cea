/** crc32: print CRC-32 checksums. @see crc32(1) */
import { close, Errno, open, read } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { crc32 as update } from "../../digest/index.ts";
import { getopt } from "../../getopt.ts";
import { attempt } from "../../io.ts";

const READ_SIZE = 65_536;

export const crc32: Applet = function* (io) {
  const options = yield* getopt(io, "");
  let code = 0;
  for (const file of options.operands.length === 0 ? [undefined] : options.operands) {
    const fd = file === undefined || file === "-" ? 0 : yield* attempt(open(file));
    if (fd instanceof Errno) {
      yield* io.perror(`can't open '${file}'`, fd);
      code = 1;
      continue;
    }
    let crc = 0;
    let failed = false;
    for (;;) {
      const bytes = yield* attempt(read(fd, READ_SIZE));
      if (bytes instanceof Errno) {
        yield* io.perror(file ?? "standard input", bytes);
        failed = true;
        code = 1;
      }
      if (bytes instanceof Errno || bytes.length === 0) break;
      crc = update(bytes, crc);
    }
    if (fd !== 0) yield* close(fd);
    if (!failed) yield* io.out.line(crc.toString(16).padStart(8, "0") + (file === undefined ? "" : ` ${file}`));
  }
  return code;
};
