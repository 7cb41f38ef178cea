/** stty: shows and changes the modes of a terminal. @see stty(1p), stty(1) */
import {
  Errno,
  ioctl,
  NCCS,
  O_NONBLOCK,
  O_RDONLY,
  type Routine,
  SANE_TERMIOS,
  type Termios,
  VMIN,
  VTIME,
  type WindowSize,
} from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { attempt, type Io, isatty } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { FIELDS, findMode, holds, isChoice, MODES, withMode } from "./stty-modes.ts";
import { terminalSize } from "./terminal-size.ts";

/** Special characters in the order in which they are shown, with their places. */
const CHARACTERS: readonly (readonly [name: string, index: number])[] = [
  ["intr", 0],
  ["quit", 1],
  ["erase", 2],
  ["kill", 3],
  ["eof", 4],
  ["eol", 11],
  ["eol2", 16],
  ["swtch", 7],
  ["start", 8],
  ["stop", 9],
  ["susp", 10],
  ["rprnt", 12],
  ["werase", 14],
  ["lnext", 15],
  ["flush", 13],
];
const SPEEDS = [0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400];
/** Words that take a number. */
const NUMBERED = ["min", "time", "rows", "cols", "columns", "line", "ispeed", "ospeed"];
const CBAUD = 0o10017;
const CIBAUD = 0o10017 << 16;
/** How many special characters `-g` shows. */
const SAVED_CHARACTERS = 32;
/** What `-g` prints: four words of modes and the characters, in hexadecimal. */
const SAVED = /^[0-9a-f]+(?::[0-9a-f]+){35}$/i;

/** A terminal that is being shown or changed. */
interface Device {
  readonly fd: number;
  readonly name: string;
}

export const stty: Applet = function* (io) {
  const words = io.argv.slice(1);
  let path: string | undefined;
  let style: "a" | "g" | undefined;
  while (words[0] === "-a" || words[0] === "-g" || words[0]?.startsWith("-F") === true) {
    const word = words.shift() ?? "";
    if (word === "-a" || word === "-g") {
      const asked = word === "-a" ? "a" : "g";
      if (style !== undefined && style !== asked) return yield* io.die("-a and -g are mutually exclusive");
      style = asked;
    } else {
      if (path !== undefined) return yield* io.die("only one device may be specified");
      path = word === "-F" ? words.shift() : word.slice(2);
      if (path === undefined) return yield* io.die("-F requires an argument");
    }
  }
  yield* check(io, words);
  if (style !== undefined && words.length > 0) return yield* io.die("modes may not be set when -a or -g is used");
  const fd = path === undefined ? 0 : yield* openOrDie(io, path, O_RDONLY | O_NONBLOCK);
  const device = { fd, name: path ?? "standard input" };
  const modes = (yield* attempt(ioctl(fd, "TCGETS"))) as Termios | Errno;
  if (modes instanceof Errno) return yield* io.pdie(device.name, modes);
  if (words.length === 0) {
    if (style === "g") yield* io.out.line(saved(modes));
    else yield* show(io, device, modes, style === "a");
    return 0;
  }
  const changed = yield* change(io, device, modes, words);
  if (changed === modes) return 0;
  const failure = yield* attempt(ioctl(fd, "TCSETSW", changed));
  if (failure instanceof Errno) return yield* io.pdie(device.name, failure);
  const made = (yield* ioctl(fd, "TCGETS")) as Termios;
  // The terminal takes what it can.
  return saved(made) === saved(changed) ? 0 : yield* io.pdie(device.name, new Errno("EINVAL"));
};

const saved = ({ iflag, oflag, cflag, lflag, cc }: Termios): string =>
  [iflag, oflag, cflag, lflag, ...Array.from({ length: SAVED_CHARACTERS }, (_, i) => cc[i] ?? 0)]
    .map((value) => value.toString(16))
    .join(":");

// ── changing ──

const placeOf = (word: string): number | undefined => CHARACTERS.find(([name]) => name === word)?.[1];

/** A word that stands for modes by itself. */
function isPlain(word: string): boolean {
  const isOff = word.startsWith("-");
  const mode = findMode(isOff ? word.slice(1) : word);
  return (
    (mode !== undefined && !(isOff && isChoice(mode))) || COMBINED.has(word) || word === "size" || word === "speed"
  );
}

/** All words are read before anything is done to the terminal, or it is known to be one. */
function* check(io: Io, words: readonly string[]): Routine<void> {
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (isPlain(word) || SAVED.test(word)) continue;
    if (word.startsWith("-")) return yield* io.die(`invalid argument '${word}'`);
    const takesCharacter = placeOf(word) !== undefined;
    if (!takesCharacter && !NUMBERED.includes(word)) {
      if (!SPEEDS.includes(yield* number(io, word))) return yield* io.die(`invalid argument '${word}'`);
      continue;
    }
    const argument = rest.shift();
    if (argument === undefined) return yield* io.die(`${word} requires an argument`);
    yield* takesCharacter ? character(io, argument) : number(io, argument);
  }
}

function* change(io: Io, device: Device, modes: Termios, words: readonly string[]): Routine<Termios> {
  let now = modes;
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const isOff = word.startsWith("-");
    const mode = findMode(isOff ? word.slice(1) : word);
    const combined = COMBINED.get(word);
    if (mode !== undefined && !(isOff && isChoice(mode))) now = withMode(now, mode, !isOff);
    else if (combined !== undefined) now = combined(now);
    else if (word === "size") yield* showSize(io, device);
    else if (word === "speed") yield* io.out.line(String(speedOf(now)));
    else if (word.includes(":")) now = restored(now, word);
    else now = yield* setValue(io, device, now, word, rest);
  }
  return now;
}

/** What takes an argument, and plain speeds. */
function* setValue(io: Io, device: Device, modes: Termios, word: string, rest: string[]): Routine<Termios> {
  const place = placeOf(word);
  if (place === undefined && !NUMBERED.includes(word)) return withSpeed(modes, yield* number(io, word));
  const argument = rest.shift();
  if (argument === undefined) return modes;
  if (place !== undefined) return withCharacter(modes, place, yield* character(io, argument));
  const value = yield* number(io, argument);
  if (word === "min" || word === "time") return withCharacter(modes, word === "min" ? VMIN : VTIME, value);
  if (word === "line") return { ...modes, line: value };
  if (word === "ispeed" || word === "ospeed") return withSpeed(modes, value);
  const size = (yield* attempt(ioctl(device.fd, "TIOCGWINSZ"))) as WindowSize | Errno;
  if (size instanceof Errno) return yield* io.pdie(device.name, size);
  yield* ioctl(device.fd, "TIOCSWINSZ", word === "rows" ? { ...size, rows: value } : { ...size, columns: value });
  return modes;
}

function* number(io: Io, text: string): Routine<number> {
  return /^[0-9]+$/.test(text) ? Number(text) : yield* io.die(`invalid number '${text}'`);
}

/** `^X`, `^?`, `undef`, a character or a number. */
function* character(io: Io, text: string): Routine<number> {
  if (text === "" || text === "^-" || text === "undef") return 0;
  if (text.length === 1) return text.charCodeAt(0) & 0xff;
  if (text.startsWith("^")) return text[1] === "?" ? 0x7f : text.charCodeAt(1) & 0x1f;
  return (yield* number(io, text)) & 0xff;
}

const withCharacter = (modes: Termios, index: number, value: number): Termios => ({
  ...modes,
  cc: Array.from({ length: NCCS }, (_, i) => (i === index ? value : (modes.cc[i] ?? 0))),
});

function withSpeed(modes: Termios, baud: number): Termios {
  const code = SPEEDS.indexOf(baud);
  if (code < 0) return modes;
  return { ...modes, cflag: (modes.cflag & ~CBAUD & ~CIBAUD) | code | (code << 16) };
}

const speedOf = ({ cflag }: Termios): number => SPEEDS[cflag & CBAUD] ?? 0;

function restored(modes: Termios, text: string): Termios {
  const [iflag = 0, oflag = 0, cflag = 0, lflag = 0, ...cc] = text.split(":").map((part) => Number.parseInt(part, 16));
  return { ...modes, iflag, oflag, cflag, lflag, cc: cc.slice(0, NCCS) };
}

/** Sets and clears modes by their names. */
function all(modes: Termios, names: string): Termios {
  let now = modes;
  for (const name of names.split(" ")) {
    const mode = findMode(name.replace(/^-/, ""));
    if (mode !== undefined) now = withMode(now, mode, !name.startsWith("-"));
  }
  return now;
}

const raw = (modes: Termios): Termios =>
  withCharacter(withCharacter(all({ ...modes, iflag: 0 }, "-opost -isig -icanon -xcase"), VMIN, 1), VTIME, 0);
const cooked = (modes: Termios): Termios => all(modes, "brkint ignpar istrip icrnl ixon opost isig icanon");
const even = (modes: Termios): Termios => all(modes, "parenb -parodd cs7");
const noParity = (modes: Termios): Termios => all(modes, "-parenb cs8");

function sane(modes: Termios): Termios {
  let now: Termios = { ...modes, cc: SANE_TERMIOS.cc };
  for (const mode of MODES) if (mode.sane !== undefined) now = withMode(now, mode, mode.sane);
  return now;
}

const COMBINED: ReadonlyMap<string, (modes: Termios) => Termios> = new Map([
  ["raw", raw],
  ["-raw", cooked],
  ["cooked", cooked],
  ["-cooked", raw],
  ["cbreak", (modes) => all(modes, "-icanon")],
  ["-cbreak", (modes) => all(modes, "icanon")],
  ["nl", (modes) => all(modes, "-icrnl -onlcr")],
  ["-nl", (modes) => all(modes, "icrnl -inlcr -igncr onlcr -ocrnl -onlret")],
  ["evenp", even],
  ["parity", even],
  ["-evenp", noParity],
  ["-parity", noParity],
  ["oddp", (modes) => all(modes, "parenb parodd cs7")],
  ["-oddp", noParity],
  ["ek", (modes) => withCharacter(withCharacter(modes, 2, 0x7f), 3, 0x15)],
  ["crt", (modes) => all(modes, "echoe echoctl echoke")],
  ["-tabs", (modes) => all(modes, "tab3")],
  ["decctlq", (modes) => all(modes, "-ixany")],
  ["-decctlq", (modes) => all(modes, "ixany")],
  ["sane", sane],
]);

// ── showing ──

function* sizeOf({ fd }: Device): Routine<WindowSize | undefined> {
  const size = (yield* attempt(ioctl(fd, "TIOCGWINSZ"))) as WindowSize | Errno;
  return size instanceof Errno || (size.rows === 0 && size.columns === 0) ? undefined : size;
}

function* showSize(io: Io, device: Device): Routine<void> {
  const size = yield* sizeOf(device);
  if (size === undefined) yield* io.warn(device.name);
  else yield* io.out.line(`${size.rows} ${size.columns}`);
}

/** Everything, or what differs from what `sane` would make. */
function* show(io: Io, device: Device, modes: Termios, isAll: boolean): Routine<void> {
  const { columns } = yield* terminalSize(1, io.env);
  const page = new Page(columns);
  page.add(`speed ${speedOf(modes)} baud;`);
  if (isAll) {
    const size = yield* sizeOf(device);
    if (size === undefined) {
      yield* io.out.write(page.take());
      // Where its output is no terminal, it tells that of its input.
      if (yield* isatty(1)) yield* io.warn(device.name);
      else yield* io.perror(device.name, new Errno("ENOTTY"));
    } else page.add(`rows ${size.rows}; columns ${size.columns};`);
  }
  page.add(`line = ${modes.line};`);
  page.endLine();
  for (const [name, index] of CHARACTERS) page.add(`${name} = ${visible(modes.cc[index] ?? 0)};`);
  page.add(`min = ${modes.cc[VMIN] ?? 0}; time = ${modes.cc[VTIME] ?? 0};`);
  page.endLine();
  for (const field of FIELDS) {
    for (const mode of MODES) {
      if (mode.field !== field) continue;
      const isOn = holds(modes, mode);
      const isShown = isAll ? isOn || !isChoice(mode) : mode.sane !== undefined && isOn !== mode.sane;
      if (isShown && !(isChoice(mode) && !isOn)) page.add(`${isOn ? "" : "-"}${mode.name}`);
    }
    page.endLine();
  }
  yield* io.out.write(page.take());
}

function visible(char: number): string {
  if (char === 0) return "<undef>";
  if (char === 9 || char === 10) return String.fromCharCode(char);
  if (char < 32) return `^${String.fromCharCode(char + 64)}`;
  if (char === 127) return "^?";
  return char < 127 ? String.fromCharCode(char) : `M-${visible(char - 128)}`;
}

/** Words on lines that are no longer than the terminal. */
class Page {
  readonly #width: number;
  #column = 0;
  #text = "";

  constructor(width: number) {
    this.#width = width;
  }

  add(word: string): void {
    if (this.#column > 0) {
      this.#column++;
      if (this.#column + word.length >= this.#width) this.endLine();
      else this.#text += " ";
    }
    this.#text += word;
    this.#column += word.length;
  }

  endLine(): void {
    if (this.#column > 0) this.#text += "\n";
    this.#column = 0;
  }

  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}
