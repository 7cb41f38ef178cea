/**
 * The line discipline: what becomes of the bytes that come from the keyboard before a program reads them.
 *
 * In canonical mode it edits lines and hands them out one by one; it echoes, makes signals of ^C, ^\ and ^Z, and holds
 * output between ^S and ^Q. It is told where echo and signals go; it knows nothing of processes.
 *
 * @see termios(3), drivers/tty/n_tty.c
 */
import {
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHOK,
  ECHOKE,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  IMAXBEL,
  INLCR,
  ISIG,
  ISTRIP,
  IUTF8,
  IXANY,
  IXON,
  NOFLSH,
  SANE_TERMIOS,
  SIGINT,
  SIGQUIT,
  SIGTSTP,
  type Signal,
  type Termios,
  VEOF,
  VEOL,
  VEOL2,
  VERASE,
  VINTR,
  VKILL,
  VLNEXT,
  VMIN,
  VQUIT,
  VREPRINT,
  VSTART,
  VSTOP,
  VSUSP,
  VTIME,
  VWERASE,
} from "../abi/index.ts";
import { NO_BYTES } from "../lib/index.ts";

/** Where echo and signals go. */
export interface LineDisciplineHost {
  /** Bytes to show, before output processing. */
  echo(bytes: readonly number[]): void;
  signal(signal: Signal): void;
  /** Output may go on after ^S. */
  started(): void;
  /** The column in which the cursor is. */
  readonly column: number;
}

/** What is ready to be read: a line in canonical mode, anything else otherwise. */
interface Piece {
  bytes: number[];
}

/** Bytes that wait for a reader. @see drivers/tty/n_tty.c N_TTY_BUF_SIZE */
const BUFFER_SIZE = 4095;
const BELL = 7;
const BACKSPACE = 8;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const CARET = 0x5e;
const DELETE = 0x7f;

const isControl = (byte: number): boolean => byte < SPACE || byte === DELETE;
const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;
const isWord = (byte: number): boolean => /[A-Za-z0-9_]/.test(String.fromCharCode(byte));

export class LineDiscipline {
  readonly #host: LineDisciplineHost;
  #termios: Termios = SANE_TERMIOS;
  #ready: Piece[] = [];
  /** The line that is being typed. */
  #line: number[] = [];
  /** The column where that began. */
  #startColumn = 0;
  #isNextLiteral = false;
  #isStopped = false;

  constructor(host: LineDisciplineHost) {
    this.#host = host;
  }

  get termios(): Termios {
    return this.#termios;
  }

  /** Between ^S and ^Q nothing may be shown. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** New modes: what was typed in canonical mode can be read at once in the other. */
  set termios(termios: Termios) {
    const wasCanonical = this.#has(ICANON);
    this.#termios = termios;
    if (wasCanonical && !this.#has(ICANON)) this.#endLine();
    if ((termios.iflag & IXON) === 0 && this.#isStopped) this.#start();
  }

  /** Bytes that a reader would get. */
  get available(): number {
    return this.#ready.reduce((sum, { bytes }) => sum + bytes.length, 0);
  }

  /** True if a read would not have to wait. */
  get isReadable(): boolean {
    if (this.#has(ICANON)) return this.#ready.length > 0;
    return this.available >= Math.max(this.#time > 0 ? 1 : this.#minimum, 1);
  }

  /** How long a read waits for a first byte before it gives none, in microseconds; `undefined`: for ever. */
  get patienceUs(): number | undefined {
    const isTimed = !this.#has(ICANON) && this.#minimum === 0 && this.#time > 0;
    return isTimed ? this.#time * 100_000 : undefined;
  }

  /** Forgets what was typed and not read. */
  flushInput(): void {
    this.#ready = [];
    this.#line = [];
    this.#isNextLiteral = false;
  }

  /** At most `count` bytes, of one line in canonical mode; none at an end of file; `undefined` if there are none yet. */
  read(count: number): Uint8Array | undefined {
    if (count === 0) return NO_BYTES;
    if (this.#has(ICANON)) {
      const [line] = this.#ready;
      return line === undefined ? undefined : Uint8Array.from(this.#takeFrom(line, count));
    }
    if (!this.isReadable && this.available < count) return this.#minimum + this.#time === 0 ? NO_BYTES : undefined;
    const taken: number[] = [];
    for (let piece = this.#ready[0]; piece !== undefined && taken.length < count; piece = this.#ready[0]) {
      taken.push(...this.#takeFrom(piece, count - taken.length));
    }
    return Uint8Array.from(taken);
  }

  /** Takes what the keyboard sent. Returns how much of it; the rest has to wait until somebody has read. */
  receive(bytes: Uint8Array): number {
    let taken = 0;
    for (const byte of bytes) {
      if (this.#isFull && !(this.#has(ICANON) && this.#ready.length === 0)) break;
      this.#receive((this.#termios.iflag & ISTRIP) === 0 ? byte : byte & 0x7f);
      taken++;
    }
    return taken;
  }

  get isFull(): boolean {
    return this.#isFull && !(this.#has(ICANON) && this.#ready.length === 0);
  }

  get #isFull(): boolean {
    return this.available + this.#line.length >= BUFFER_SIZE;
  }

  get #minimum(): number {
    return this.#termios.cc[VMIN] ?? 1;
  }

  get #time(): number {
    return this.#termios.cc[VTIME] ?? 0;
  }

  #has(flag: number): boolean {
    return (this.#termios.lflag & flag) !== 0;
  }

  /** True if `byte` is that special character, and there is one. */
  #is(byte: number, index: number): boolean {
    return byte !== 0 && this.#termios.cc[index] === byte;
  }

  #takeFrom(piece: Piece, count: number): number[] {
    const taken = piece.bytes.slice(0, count);
    piece.bytes = piece.bytes.slice(count);
    if (piece.bytes.length === 0) this.#ready.shift();
    return taken;
  }

  #receive(byte: number): void {
    if (this.#isNextLiteral) {
      this.#isNextLiteral = false;
      this.#echoShown(byte);
      this.#put(byte);
      return;
    }
    if (this.#flowControl(byte)) return;
    if (this.#has(ISIG) && this.#sendSignal(byte)) return;
    if (this.#isStopped && (this.#termios.iflag & IXANY) !== 0) this.#start();
    const { iflag } = this.#termios;
    let char = byte;
    if (byte === RETURN) {
      if ((iflag & IGNCR) !== 0) return;
      if ((iflag & ICRNL) !== 0) char = NEWLINE;
    } else if (byte === NEWLINE && (iflag & INLCR) !== 0) char = RETURN;
    if (this.#has(ICANON)) this.#edit(char);
    else {
      // Only a newline that was typed as one is shown as ^J.
      if (char === NEWLINE && byte === RETURN && this.#has(ECHO)) this.#host.echo([NEWLINE]);
      else this.#echoShown(char);
      this.#put(char);
    }
  }

  #flowControl(byte: number): boolean {
    if ((this.#termios.iflag & IXON) === 0) return false;
    if (this.#is(byte, VSTART)) this.#start();
    else if (this.#is(byte, VSTOP)) this.#isStopped = true;
    else return false;
    return true;
  }

  #start(): void {
    this.#isStopped = false;
    this.#host.started();
  }

  #sendSignal(byte: number): boolean {
    const signal = this.#is(byte, VINTR)
      ? SIGINT
      : this.#is(byte, VQUIT)
        ? SIGQUIT
        : this.#is(byte, VSUSP)
          ? SIGTSTP
          : undefined;
    if (signal === undefined) return false;
    if (!this.#has(NOFLSH)) this.flushInput();
    if (this.#isStopped) this.#start();
    this.#echoShown(byte);
    this.#host.signal(signal);
    return true;
  }

  /** A character in canonical mode. */
  #edit(char: number): void {
    if (this.#is(char, VERASE)) this.#erase("character");
    else if (this.#is(char, VKILL)) this.#kill(char);
    else if (this.#has(IEXTEN) && this.#is(char, VWERASE)) this.#erase("word");
    else if (this.#has(IEXTEN) && this.#is(char, VLNEXT)) {
      this.#isNextLiteral = true;
      if (this.#has(ECHO) && this.#has(ECHOCTL)) this.#host.echo([CARET, BACKSPACE]);
    } else if (this.#has(IEXTEN) && this.#has(ECHO) && this.#is(char, VREPRINT)) this.#reprint(char);
    else if (char === NEWLINE) {
      if (this.#has(ECHO) || this.#has(ECHONL)) this.#host.echo([NEWLINE]);
      this.#line.push(NEWLINE);
      this.#endLine();
    } else if (this.#is(char, VEOF)) this.#ready.push({ bytes: this.#line.splice(0) });
    else {
      if (!this.#isFull) this.#echoShown(char);
      this.#put(char);
      if (this.#is(char, VEOL) || (this.#has(IEXTEN) && this.#is(char, VEOL2))) this.#endLine();
    }
  }

  #put(byte: number): void {
    if (this.#isFull) {
      if ((this.#termios.iflag & IMAXBEL) !== 0) this.#host.echo([BELL]);
      return;
    }
    if (this.#has(ICANON)) this.#line.push(byte);
    else this.#ready.push({ bytes: [byte] });
  }

  #endLine(): void {
    if (this.#line.length > 0) this.#ready.push({ bytes: this.#line.splice(0) });
  }

  /** Control characters are shown as ^X. */
  #echoShown(byte: number): void {
    if (!this.#has(ECHO)) return;
    if (this.#line.length === 0) this.#startColumn = this.#host.column;
    this.#host.echo(this.#shown(byte));
  }

  #shown(byte: number): readonly number[] {
    return this.#has(ECHOCTL) && isControl(byte) && byte !== TAB ? [CARET, byte ^ 0x40] : [byte];
  }

  #reprint(char: number): void {
    this.#host.echo([...this.#shown(char), NEWLINE]);
    this.#startColumn = this.#host.column;
    this.#host.echo(this.#line.flatMap((byte) => this.#shown(byte)));
  }

  #kill(char: number): void {
    if (!this.#has(ECHO)) this.#line = [];
    else if (this.#has(ECHOK) && this.#has(ECHOKE) && this.#has(ECHOE)) this.#erase("line");
    else {
      this.#line = [];
      this.#host.echo(this.#shown(char));
      if (this.#has(ECHOK)) this.#host.echo([NEWLINE]);
    }
  }

  /** Takes back the last character, the last word or the whole line. */
  #erase(what: "character" | "word" | "line"): void {
    let seenWord = false;
    while (this.#line.length > 0) {
      const last = this.#line[this.#line.length - 1] as number;
      if (what === "word") {
        if (isWord(last)) seenWord = true;
        else if (seenWord) return;
      }
      this.#eraseOne();
      if (what === "character") return;
    }
  }

  #eraseOne(): void {
    let last = this.#line.pop() as number;
    const isWide = (this.#termios.iflag & IUTF8) !== 0;
    while (isWide && isContinuation(last) && this.#line.length > 0) last = this.#line.pop() as number;
    if (!this.#has(ECHO)) return;
    if (!this.#has(ECHOE)) {
      this.#host.echo(this.#shown(this.#termios.cc[VERASE] ?? 0));
      return;
    }
    const width = last === TAB ? this.#tabWidth() : isControl(last) ? (this.#has(ECHOCTL) ? 2 : 0) : 1;
    for (let i = 0; i < width; i++) this.#host.echo(last === TAB ? [BACKSPACE] : [BACKSPACE, SPACE, BACKSPACE]);
  }

  /** How many columns the tab took that was the last character of the line. */
  #tabWidth(): number {
    const before = this.#line.slice(this.#line.lastIndexOf(TAB) + 1);
    const columns = before.reduce((sum, byte) => sum + (isControl(byte) ? (this.#has(ECHOCTL) ? 2 : 0) : 1), 0);
    return 8 - ((columns + (this.#line.includes(TAB) ? 0 : this.#startColumn)) % 8);
  }
}
