/** ascii: print the table of ASCII characters. */
import type { Applet } from "../../applet.ts";

const CONTROLS =
  "NUL SOH STX ETX EOT ENQ ACK BEL BS HT NL VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US".split(
    " ",
  );
const HEADS = [
  "Dec Hex    ",
  "Dec Hex    ",
  "Dec Hex  ",
  "Dec Hex  ",
  "Dec Hex  ",
  "Dec Hex   ",
  "Dec Hex   ",
  "Dec Hex",
];
/** Places of the decimal number, by column. */
const WIDTHS = [3, 4, 4, 4, 4, 4, 5, 5];
const ROWS = 16;

export const ascii: Applet = function* (io) {
  yield* io.out.line(HEADS.join(""));
  for (let row = 0; row < ROWS; row++) {
    const cells = WIDTHS.map((width, column) => {
      const code = column * ROWS + row;
      const name = code === 127 ? "DEL" : (CONTROLS[code]?.padEnd(3) ?? String.fromCharCode(code));
      return `${String(code).padStart(width)} ${code.toString(16).padStart(2, "0")} ${name}`;
    });
    yield* io.out.line(cells.join(""));
  }
  return 0;
};
