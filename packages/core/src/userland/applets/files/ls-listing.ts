/** How ls shows files: long lines, columns, colours. */
import {
  Errno,
  fileType,
  lstat,
  major,
  minor,
  type Routine,
  readlink,
  S_IFMT,
  S_IFREG,
  type Stat,
  stat,
} from "../../../abi/index.ts";
import { byteString, fromByteString } from "../../../lib/index.ts";
import { civilOf, strftime, type Zone, zoneOf } from "../../dates.ts";
import { attempt, type Io } from "../../io.ts";
import { modeString } from "../../mode.ts";
import { Names } from "../../passwd.ts";
import { humanSize } from "./human.ts";

/** A file to be shown. */
export interface Entry {
  readonly path: string;
  /** What is shown of the path. */
  readonly name: string;
  readonly stat: Stat;
  /** The status is that of a link's target. */
  readonly followed: boolean;
}

export interface Screen {
  readonly width: number;
  readonly color: boolean;
  readonly toTerminal: boolean;
  readonly nowUs: number;
}

/** Attribute and colour of each type; executables have their own. */
const COLORS = {
  fifo: "0;35",
  char: "1;35",
  dir: "1;34",
  block: "1;35",
  file: "0;0",
  symlink: "1;36",
  socket: "1;35",
} as const;
const EXECUTABLE_COLOR = "1;32";
const UNKNOWN_COLOR = "1;31";
const RESET = "\u001b[m";

const INDICATORS = { fifo: "|", dir: "/", symlink: "@", socket: "=", char: "", block: "", file: "" } as const;
const ESCAPES = new Map([
  [7, "\\a"],
  [8, "\\b"],
  [9, "\\t"],
  [10, "\\n"],
  [11, "\\v"],
  [12, "\\f"],
  [13, "\\r"],
  [34, '\\"'],
  [92, "\\\\"],
]);

/** A file counts as recent for half a year, and a little into the future. */
const RECENT_SECONDS = (3600 * 24 * 365) / 2;
const FUTURE_SECONDS = 15 * 60;
const US_PER_SECOND = 1_000_000;

/** Text and how many columns it takes; escape sequences take none. */
interface Cell {
  readonly text: string;
  readonly width: number;
}

export class Listing {
  readonly #io: Io;
  readonly #flags: ReadonlySet<string>;
  readonly #screen: Screen;
  readonly #names: Names;
  readonly #zone: Zone;

  constructor(io: Io, flags: ReadonlySet<string>, screen: Screen) {
    this.#io = io;
    this.#flags = flags;
    this.#screen = screen;
    this.#names = new Names(io);
    this.#zone = zoneOf(io.env.get("TZ"));
  }

  /** Shows sorted files, one a line or in columns. */
  *show(entries: readonly Entry[]): Routine<void> {
    const count = entries.length;
    const columnWidth = this.#columnWidth(entries);
    const columns = columnWidth === 0 ? 1 : this.#fitting(columnWidth, count);
    const rows = Math.ceil(count / columns);
    for (let row = 0; row < rows; row++) {
      let line = "";
      let used = 0;
      let next = 0;
      for (let column = 0; column < columns; column++) {
        const entry = entries[this.#flags.has("x") ? row * columns + column : column * rows + row];
        if (entry === undefined) continue;
        if (used > 0) {
          // A cell may be wider than its column, and is then parted by as many blanks as it is too wide.
          line += " ".repeat(Math.abs(next - used));
          used = next;
        }
        next = used + columnWidth;
        const cell = this.#isShort ? this.#shortCell(entry) : yield* this.#cell(entry);
        line += cell.text;
        used += cell.width;
      }
      yield* this.#io.out.line(line);
    }
  }

  /** How many columns there is room for; a screen of width 0 has no end. */
  #fitting(columnWidth: number, count: number): number {
    const { width } = this.#screen;
    return width === 0 ? count : Math.max(1, Math.floor(width / columnWidth));
  }

  /** 0 if every file has its own line. */
  #columnWidth(entries: readonly Entry[]): number {
    if (this.#flags.has("l") || this.#flags.has("1")) return 0;
    const longest = entries.reduce((most, { name }) => Math.max(most, this.#shown(name).width), 0);
    return longest + 2 + (this.#flags.has("i") ? 8 : 0) + (this.#flags.has("s") ? 5 : 0);
  }

  /** What is known already is enough. */
  get #isShort(): boolean {
    return !this.#flags.has("l") && !this.#screen.color;
  }

  #shortCell({ name, stat: file }: Entry): Cell {
    const { text, width } = this.#shown(name);
    const facts = this.#shortFacts(file);
    const indicator = this.#indicator(file.mode);
    return { text: facts + text + indicator, width: facts.length + width + indicator.length };
  }

  *#cell(entry: Entry): Routine<Cell> {
    const { stat: file, path } = entry;
    const target = this.#flags.has("l") && file.type === "symlink" ? yield* this.#target(path) : undefined;
    let facts = this.#shortFacts(file);
    if (this.#flags.has("l")) facts += yield* this.#longFacts(file);
    const name = this.#shown(entry.name);
    let text = facts + this.#colored(name.text, yield* this.#ownMode(entry));
    let width = facts.length + name.width;
    let indicator = this.#indicator(file.mode);
    if (target !== undefined) {
      const mode = yield* this.#targetMode(path);
      const shown = this.#shown(target);
      text += ` -> ${this.#colored(shown.text, mode)}`;
      width += shown.width + 4;
      if (this.#flags.has("F") || this.#flags.has("p")) indicator = this.#indicator(mode);
    }
    return { text: text + indicator, width: width + indicator.length };
  }

  *#target(path: string): Routine<string | undefined> {
    const target = yield* attempt(readlink(path));
    if (!(target instanceof Errno)) return target;
    const why = target.code === "EINVAL" ? "not a symlink" : target.message;
    yield* this.#io.warn(`${path}: cannot read link: ${why}`);
    return undefined;
  }

  /** The mode that decides the colour: that of a link, not of its target. */
  *#ownMode({ followed, path, stat: file }: Entry): Routine<number> {
    if (!followed || !this.#screen.color) return file.mode;
    const itself = yield* attempt(lstat(path));
    return itself instanceof Errno ? 0 : itself.mode;
  }

  /** 0 for a link to nothing. */
  *#targetMode(path: string): Routine<number> {
    if (!this.#screen.color && !this.#flags.has("F") && !this.#flags.has("p")) return 0;
    const there = yield* attempt(stat(path));
    return there instanceof Errno ? 0 : there.mode;
  }

  #shortFacts(file: Stat): string {
    const ino = this.#flags.has("i") ? `${String(file.ino).padStart(7)} ` : "";
    return this.#flags.has("s") ? ino + this.#blocks(file) : ino;
  }

  #blocks({ blocks }: Stat): string {
    if (this.#flags.has("h")) return `${humanSize(blocks * 512).padStart(7)} `;
    return `${String(Math.floor(blocks / 2)).padStart(6)} `;
  }

  *#longFacts(file: Stat): Routine<string> {
    const numeric = this.#flags.has("n");
    const user = (numeric ? undefined : yield* this.#names.user(file.uid)) ?? String(file.uid);
    const group = (numeric ? undefined : yield* this.#names.group(file.gid)) ?? String(file.gid);
    const owner = this.#flags.has("g") ? "" : `${user.padEnd(8)} `;
    const isDevice = file.type === "char" || file.type === "block";
    const size = isDevice
      ? `${String(major(file.rdev)).padStart(4)}, ${String(minor(file.rdev)).padStart(3)}`
      : this.#flags.has("h")
        ? humanSize(file.size).padStart(7)
        : String(file.size).padStart(9);
    const links = String(file.nlink).padStart(4);
    return `${modeString(file.mode)} ${links} ${owner}${group.padEnd(8)} ${size} ${this.#time(file)} `;
  }

  #time(file: Stat): string {
    const timeUs = timeOf(file, this.#flags);
    const civil = civilOf(timeUs, this.#zone);
    if (this.#flags.has("full-time")) return strftime("%Y-%m-%d %H:%M:%S %z", civil);
    const age = Math.floor(this.#screen.nowUs / US_PER_SECOND) - Math.floor(timeUs / US_PER_SECOND);
    if (age < RECENT_SECONDS && age > -FUTURE_SECONDS) return strftime("%b %e %H:%M", civil);
    return strftime("%b %e ", civil) + String(civil.year).padStart(5);
  }

  #indicator(mode: number): string {
    const all = this.#flags.has("F");
    if (mode === 0 || (!all && !this.#flags.has("p"))) return "";
    const type = fileType(mode);
    if (!all) return type === "dir" ? "/" : "";
    return isExecutable(mode) ? "*" : INDICATORS[type];
  }

  /** A name as it is printed. */
  #shown(name: string): Cell {
    const bytes = byteString(name);
    if (this.#flags.has("Q")) {
      let text = "";
      for (const byte of bytes) text += ESCAPES.get(byte.charCodeAt(0)) ?? (isPrintable(byte) ? byte : octal(byte));
      return { text: `"${text}"`, width: text.length + 2 };
    }
    if (!this.#screen.toTerminal && !this.#flags.has("q")) return { text: name, width: bytes.length };
    let text = "";
    for (const byte of bytes) text += isPrintable(byte) ? byte : "?";
    return { text: fromByteString(text), width: text.length };
  }

  #colored(text: string, mode: number): string {
    if (!this.#screen.color) return text;
    const color = mode === 0 ? UNKNOWN_COLOR : isExecutable(mode) ? EXECUTABLE_COLOR : COLORS[fileType(mode)];
    return `\u001b[${color}m${text}${RESET}`;
  }
}

/** The time that -c, -u or neither selects. */
export function timeOf(file: Stat, flags: ReadonlySet<string>): number {
  if (flags.has("c")) return file.ctimeUs;
  return flags.has("u") ? file.atimeUs : file.mtimeUs;
}

const isExecutable = (mode: number): boolean => (mode & S_IFMT) === S_IFREG && (mode & 0o111) !== 0;
const isPrintable = (byte: string): boolean => byte >= " " && byte < "\u007f";
const octal = (byte: string): string => `\\${byte.charCodeAt(0).toString(8).padStart(3, "0")}`;
