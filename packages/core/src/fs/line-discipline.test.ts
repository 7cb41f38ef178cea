import { expect, it } from "vitest";
import {
  ECHO,
  ECHOE,
  ECHOK,
  ECHOKE,
  ICANON,
  ICRNL,
  IGNCR,
  INLCR,
  ISIG,
  IUTF8,
  OPOST,
  SANE_TERMIOS,
  type Signal,
  type Termios,
  VMIN,
} from "../abi/index.ts";
import { concat, decode, encode, NO_BYTES } from "../lib/index.ts";
import { Clock } from "../sim/index.ts";
import { Drain } from "./drain.ts";
import { Pty } from "./pty.ts";

/** What a terminal shows and what a program reads of what is typed; `|` stands between reads. */
function typed(keys: string, termios: Partial<Termios> = {}): { shown: string; read: string; signals: Signal[] } {
  const signals: Signal[] = [];
  const shown: Uint8Array[] = [];
  const pty = new Pty(0, () => {});
  pty.control = {
    admits: () => true,
    ioctl: () => 0,
    signal: (signal) => signals.push(signal),
    hungUp: () => {},
  };
  const clock = new Clock();
  const take = (bytes: Uint8Array): void => void shown.push(bytes);
  pty.drainTo(new Drain({ take, costUs: () => 0, nowUs: () => clock.nowUs, timer: (fire) => clock.timer(fire) }));
  pty.ioctl("TCSETS", { ...SANE_TERMIOS, ...termios });
  pty.type(encode(keys));
  const reads: string[] = [];
  while (pty.input.isReadable) reads.push(decode(pty.input.read(100) ?? NO_BYTES));
  return { shown: decode(concat(shown)), read: reads.join("|"), signals };
}

const without = (flags: number): Partial<Termios> => ({ lflag: SANE_TERMIOS.lflag & ~flags });
const { iflag, lflag, cc } = SANE_TERMIOS;

it.each<[what: string, keys: string, modes: Partial<Termios>, shown: string, read: string]>([
  ["hands out whole lines, return counting as newline", "ab\rc", {}, "ab\r\nc", "ab\n"],
  ["hands out one line a read", "a\nb\n", {}, "a\r\nb\r\n", "a\n|b\n"],
  ["erases a character", "abc\x7f\x7fd\r", {}, "abc\b \b\b \bd\r\n", "ad\n"],
  ["erases nothing before the line", "\x7fa\r", {}, "a\r\n", "a\n"],
  ["erases both columns of a control character", "\x01\x7f\r", {}, "^A\b \b\b \b\r\n", "\n"],
  ["erases a tab as far as it went", "ab\t\x7f\r", {}, "ab\t\b\b\b\b\b\b\r\n", "ab\n"],
  ["erases a word with what follows it", "a bc \x17d\r", {}, "a bc \b \b\b \b\b \bd\r\n", "a d\n"],
  ["kills the line", "abc\x15d\r", {}, "abc\b \b\b \b\b \bd\r\n", "d\n"],
  ["shows ^U without ECHOKE", "ab\x15d\r", without(ECHOKE), "ab^U\r\nd\r\n", "d\n"],
  ["shows ^U on the same line without ECHOK", "ab\x15d\r", without(ECHOKE | ECHOK), "ab^Ud\r\n", "d\n"],
  ["shows the erase character without ECHOE", "ab\x7f\r", without(ECHOE), "ab^?\r\n", "a\n"],
  ["ends the file at ^D on an empty line", "\x04", {}, "", ""],
  ["hands out a line without newline at ^D", "ab\x04c\r", {}, "abc\r\n", "ab|c\n"],
  ["takes the next character literally after ^V", "\x16\x03\r", {}, "^\b^C\r\n", "\x03\n"],
  ["shows the line again at ^R", "ab\x12\r", {}, "ab^R\r\nab\r\n", "ab\n"],
  ["erases one byte of UTF-8", "aä\x7f\x7f\r", {}, "aä\b \b\b \b\r\n", "a\n"],
  ["erases a whole character with IUTF8", "aä\x7f\r", { iflag: iflag | IUTF8 }, "aä\b \b\r\n", "a\n"],
  ["shows nothing without ECHO", "ab\r", without(ECHO), "", "ab\n"],
  ["ends lines at VEOL too", "a;b\r", { cc: cc.with(11, 0x3b) }, "a;b\r\n", "a;|b\n"],
  ["drops returns with IGNCR", "a\r\n", { iflag: iflag | IGNCR }, "a\r\n", "a\n"],
  ["makes returns of newlines with INLCR", "a\n\r", { iflag: (iflag & ~ICRNL) | INLCR }, "a^M^M", ""],
  ["leaves output alone without OPOST", "a\r", { oflag: SANE_TERMIOS.oflag & ~OPOST }, "a\n", "a\n"],
  ["gives characters at once without ICANON", "a\x7f\r", without(ICANON), "a^?\r\n", "a\x7f\n"],
  ["waits for VMIN characters", "ab", { lflag: lflag & ~ICANON, cc: cc.with(VMIN, 3) }, "ab", ""],
  ["passes everything in raw mode", "\x03\x04\r", { iflag: 0, lflag: 0 }, "", "\x03\x04\r"],
  ["holds echo between ^S and ^Q", "a\x13b\x11c\r", {}, "abc\r\n", "abc\n"],
])("a terminal %s", (_what, keys, modes, shown, read) => {
  expect(typed(keys, modes)).toEqual({ shown, read, signals: [] });
});

it("a terminal makes signals of ^C, ^\\ and ^Z, and forgets the line", () => {
  expect(typed("ab\x03c\x1cd\x1ae\r")).toEqual({ shown: "ab^Cc^\\d^Ze\r\n", read: "e\n", signals: [2, 3, 20] });
  expect(typed("\x03\r", without(ISIG))).toEqual({ shown: "^C\r\n", read: "\x03\n", signals: [] });
});
