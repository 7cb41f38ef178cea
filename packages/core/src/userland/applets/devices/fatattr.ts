/** fatattr: show and change the attributes of files on a FAT file system. @see chattr(1) */
import { close, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";

/** A letter for each bit; the blank is the width of the list. */
const LETTERS = "rhsvda67 ";

export const fatattr: Applet = function* (io) {
  const words = io.argv.slice(1);
  let [set, cleared] = [0, 0];
  while (/^[-+]/.test(words[0] ?? "")) {
    const word = words.shift() ?? "";
    const bits = yield* bitsOf(io, word.slice(1));
    if (word.startsWith("+")) set |= bits;
    else cleared |= bits;
  }
  if (words.length === 0) return yield* showUsage(io);
  for (const path of words) {
    const fd = yield* openOrDie(io, path);
    const attributes = Number(yield* control(io, fd, "FAT_IOCTL_GET_ATTRIBUTES"));
    if ((set | cleared) === 0) {
      const shown = [...LETTERS].map((letter, bit) => ((attributes & (1 << bit)) === 0 ? " " : letter));
      yield* io.out.line(shown.join("") + path);
    } else yield* control(io, fd, "FAT_IOCTL_SET_ATTRIBUTES", { argument: (attributes | set) & ~cleared });
    yield* close(fd);
  }
  return 0;
};

function* bitsOf(io: Io, letters: string): Routine<number> {
  let bits = 0;
  for (const letter of letters) {
    const bit = LETTERS.indexOf(letter);
    if (bit < 0) return yield* io.die(`invalid character '${letter}'`);
    bits |= 1 << bit;
  }
  return bits;
}
