/**
 * Output processing of a terminal: what OPOST makes of the bytes that a program writes, and in which column they end.
 *
 * @see termios(3) "output modes", drivers/tty/n_tty.c:do_output_char
 */
import { OCRNL, OLCUC, ONLCR, ONLRET, ONOCR, OPOST, type Termios, XTABS } from "../abi/index.ts";

const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const TAB_WIDTH = 8;

export class TerminalOutput {
  /** Where the next character goes. */
  column = 0;

  /** What goes out for `bytes`. */
  process(bytes: Uint8Array, { oflag }: Termios): Uint8Array {
    if ((oflag & OPOST) === 0) return bytes.slice();
    const out: number[] = [];
    for (const byte of bytes) this.#one(byte, oflag, out);
    return Uint8Array.from(out);
  }

  #one(byte: number, oflag: number, out: number[]): void {
    switch (byte) {
      case NEWLINE:
        if ((oflag & ONLCR) !== 0) out.push(RETURN);
        if ((oflag & (ONLCR | ONLRET)) !== 0) this.column = 0;
        out.push(NEWLINE);
        return;
      case RETURN:
        if ((oflag & ONOCR) !== 0 && this.column === 0) return;
        if ((oflag & OCRNL) === 0) {
          this.column = 0;
          out.push(RETURN);
          return;
        }
        if ((oflag & ONLRET) !== 0) this.column = 0;
        out.push(NEWLINE);
        return;
      case TAB: {
        const spaces = TAB_WIDTH - (this.column % TAB_WIDTH);
        this.column += spaces;
        if ((oflag & XTABS) === XTABS) for (let i = 0; i < spaces; i++) out.push(SPACE);
        else out.push(TAB);
        return;
      }
      case BACKSPACE:
        if (this.column > 0) this.column--;
        out.push(BACKSPACE);
        return;
      default:
        if (byte >= SPACE && byte !== 0x7f) this.column++;
        out.push((oflag & OLCUC) !== 0 && byte >= 0x61 && byte <= 0x7a ? byte - SPACE : byte);
    }
  }
}
