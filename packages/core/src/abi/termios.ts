/** Modes and size of a terminal, as plain data. @see termios(3), tty_ioctl(4), include/uapi/asm-generic/termbits.h */

/** What TCGETS gives and TCSETS takes. */
export interface Termios {
  readonly iflag: number;
  readonly oflag: number;
  readonly cflag: number;
  readonly lflag: number;
  /** The line discipline: 0 is the usual one. */
  readonly line: number;
  /** Special characters by VINTR…; 0 is none. */
  readonly cc: readonly number[];
}

/** What TIOCGWINSZ gives and TIOCSWINSZ takes; zeros if nobody knows. */
export interface WindowSize {
  readonly rows: number;
  readonly columns: number;
}

// ── input ──
export const IGNBRK = 0o1;
export const BRKINT = 0o2;
export const IGNPAR = 0o4;
export const PARMRK = 0o10;
export const INPCK = 0o20;
export const ISTRIP = 0o40;
export const INLCR = 0o100;
export const IGNCR = 0o200;
export const ICRNL = 0o400;
export const IUCLC = 0o1000;
export const IXON = 0o2000;
export const IXANY = 0o4000;
export const IXOFF = 0o10000;
export const IMAXBEL = 0o20000;
export const IUTF8 = 0o40000;

// ── output ──
export const OPOST = 0o1;
export const OLCUC = 0o2;
export const ONLCR = 0o4;
export const OCRNL = 0o10;
export const ONOCR = 0o20;
export const ONLRET = 0o40;
export const XTABS = 0o14000;

// ── line ──
export const CSIZE = 0o60;
export const CS8 = 0o60;
export const CSTOPB = 0o100;
export const CREAD = 0o200;
export const PARENB = 0o400;
export const PARODD = 0o1000;
export const HUPCL = 0o2000;
export const CLOCAL = 0o4000;
export const B38400 = 0o17;
/** Bits of the speed of output; that of input is IBSHIFT further up. */
export const CBAUD = 0o10017;
export const IBSHIFT = 16;

// ── local ──
export const ISIG = 0o1;
export const ICANON = 0o2;
export const XCASE = 0o4;
export const ECHO = 0o10;
export const ECHOE = 0o20;
export const ECHOK = 0o40;
export const ECHONL = 0o100;
export const NOFLSH = 0o200;
export const TOSTOP = 0o400;
export const ECHOCTL = 0o1000;
export const ECHOPRT = 0o2000;
export const ECHOKE = 0o4000;
export const FLUSHO = 0o10000;
export const IEXTEN = 0o100000;
export const EXTPROC = 0o200000;

// ── special characters ──
export const VINTR = 0;
export const VQUIT = 1;
export const VERASE = 2;
export const VKILL = 3;
export const VEOF = 4;
export const VTIME = 5;
export const VMIN = 6;
export const VSWTC = 7;
export const VSTART = 8;
export const VSTOP = 9;
export const VSUSP = 10;
export const VEOL = 11;
export const VREPRINT = 12;
export const VDISCARD = 13;
export const VWERASE = 14;
export const VLNEXT = 15;
export const VEOL2 = 16;
/** How many special characters there are. */
export const NCCS = 19;

const CONTROL_CHARACTERS = [3, 0x1c, 0x7f, 0x15, 4, 0, 1, 0, 0x11, 0x13, 0x1a, 0, 0x12, 0xf, 0x17, 0x16, 0, 0, 0];

/** The modes of a new terminal. @see drivers/tty/tty_io.c:tty_std_termios */
export const SANE_TERMIOS: Termios = {
  iflag: ICRNL | IXON,
  oflag: OPOST | ONLCR,
  cflag: B38400 | (B38400 << IBSHIFT) | CS8 | CREAD,
  lflag: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
  line: 0,
  cc: CONTROL_CHARACTERS,
};

/** Is it what TCGETS gives? */
export const isTermios = (argument: unknown): argument is Termios =>
  typeof argument === "object" && argument !== null && "lflag" in argument && "cc" in argument;
