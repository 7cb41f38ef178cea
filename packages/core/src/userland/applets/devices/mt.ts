/** mt: move a magnetic tape. @see mt(1), st(4) */
import { O_RDONLY, O_WRONLY } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { INT_MAX, unsignedOrDie } from "../../number.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

const TAPE = "/dev/tape";
const WRITING: ReadonlySet<string> = new Set("erase drvbuffer wset eof weof".split(" "));
const READING: ReadonlySet<string> = new Set(
  `bsf bsfm bsr bss datacompression eom fsf fsfm fsr fss load lock mkpart nop offline ras1 ras2 ras3 reset retension
  rewind rewoffline seek setblk setdensity setpart tell unload unlock`.split(/\s+/),
);

export const mt: Applet = function* (io) {
  let words = io.argv.slice(1);
  let path = TAPE;
  if (words[0] === "-f") {
    const [, file, operation] = words;
    if (file === undefined || operation === undefined) return yield* showUsage(io);
    path = file;
    words = words.slice(2);
  }
  const [name, text] = words;
  if (name === undefined) return yield* showUsage(io);
  if (!WRITING.has(name) && !READING.has(name)) return yield* io.die(`unrecognized opcode ${name}`);
  const count = text === undefined ? 1 : yield* unsignedOrDie(io, text, 0, INT_MAX);
  const fd = yield* openOrDie(io, path, WRITING.has(name) ? O_WRONLY : O_RDONLY);
  if (name === "tell") yield* io.out.line(`At block ${Number(yield* control(io, fd, "MTIOCPOS", { what: path }))}`);
  else yield* control(io, fd, "MTIOCTOP", { argument: { operation: name, count }, what: path });
  return 0;
};
