/** dumpkmap, loadkmap, setkeycodes: what the keys of the console's keyboard mean. @see console_ioctl(4) */
import { Errno, ioctl, type Routine, read } from "../../../abi/index.ts";
import { fromLatin1, latin1 } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { hexadecimalOrDie, unsignedOrDie } from "../../number.ts";
import { openConsole } from "./console.ts";
import { control } from "./device.ts";

const MAGIC = "bkeymap";
const KEYS = 128;
const MOST_TABLES = 256;
/** Tables that are dumped: plain, shift, altgr, control, alt and what goes together. */
const DUMPED = [0, 1, 2, 4, 5, 6, 8, 9, 10, 12] as const;
const WORD = 2;
const EXTENDED = 0xe000;
const LAST_SCANCODE = 0xe07f;
const LAST_KEYCODE = 255;

export const dumpkmap: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  const fd = yield* openConsole(io);
  const has = new Uint8Array(MOST_TABLES);
  for (const table of DUMPED) has[table] = 1;
  yield* io.out.write(fromLatin1(MAGIC));
  yield* io.out.write(has);
  for (const table of DUMPED) {
    for (let key = 0; key < KEYS; key++) {
      const value = yield* attempt(ioctl(fd, "KDGKBENT", { table, key }));
      if (value instanceof Errno) yield* io.perror(`ioctl(KDGKBENT{${key},${table}}) failed`, value);
      else yield* io.out.write(Uint8Array.of(Number(value) & 0xff, Number(value) >> 8));
    }
  }
  return 0;
};

export const loadkmap: Applet = function* (io) {
  if (io.argv.length > 1) return yield* showUsage(io);
  const fd = yield* openConsole(io);
  if (latin1(yield* readExactly(io, MAGIC.length)) !== MAGIC) return yield* io.die("not a valid binary keymap");
  for (const [table, has] of (yield* readExactly(io, MOST_TABLES)).entries()) {
    if (has !== 1) continue;
    const values = yield* readExactly(io, KEYS * WORD);
    for (let key = 0; key < KEYS; key++) {
      const value = (values[key * WORD] ?? 0) | ((values[key * WORD + 1] ?? 0) << 8);
      // The first entry of a table may be one that cannot be set: failures do not count.
      yield* attempt(ioctl(fd, "KDSKBENT", { table, key, value }));
    }
  }
  return 0;
};

function* readExactly(io: Io, count: number): Routine<Uint8Array> {
  const bytes = yield* read(0, count);
  return bytes.length === count ? bytes : yield* io.die("short read");
}

export const setkeycodes: Applet = function* (io) {
  const words = io.argv.slice(1);
  if (words.length === 0 || words.length % 2 !== 0) return yield* showUsage(io);
  const fd = yield* openConsole(io);
  for (let at = 0; at < words.length; at += 2) {
    const [typed = "", keyText = ""] = words.slice(at, at + 2);
    const given = yield* hexadecimalOrDie(io, typed, 0, LAST_SCANCODE);
    const scancode = given >= EXTENDED ? given - EXTENDED + KEYS : given;
    const keycode = yield* unsignedOrDie(io, keyText, 0, LAST_KEYCODE);
    yield* control(io, fd, "KDSETKEYCODE", {
      argument: { scancode, keycode },
      what: `can't set SCANCODE ${scancode.toString(16)} to KEYCODE ${keycode}`,
    });
  }
  return 0;
};
