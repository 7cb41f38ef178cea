/**
 * One file under vi: the text, the screen, the place of the cursor, and what commands share.
 *
 * @see vi(1p), busybox: editors/vi.c
 */
import {
  access,
  close,
  ECHO,
  ECHONL,
  Errno,
  fstat,
  ICANON,
  ICRNL,
  IEXTEN,
  ISIG,
  IXON,
  ioctl,
  isTermios,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  ONLCR,
  open,
  type Routine,
  type Termios,
  VMIN,
  VTIME,
  W_OK,
} from "../../../../abi/index.ts";
import { fromLatin1, latin1 } from "../../../../lib/index.ts";
import { attempt, Input, type Io, writeAll } from "../../../io.ts";
import type { Key, Keys } from "../../../keys.ts";
import { BASIC, Regex, RegexError } from "../../../regex/index.ts";
import { Document } from "./document.ts";
import { PLAIN, REVERSE, Screen, type Size } from "./screen.ts";
import { search } from "./search.ts";

export type Mode = "command" | "insert" | "replace";

/** What was yanked or deleted: whole lines, or a part of the text. */
export interface Register {
  readonly text: string;
  readonly isLines: boolean;
}

export interface ViOptions {
  autoindent: boolean;
  expandtab: boolean;
  flash: boolean;
  ignorecase: boolean;
  showmatch: boolean;
}

/** The register that is meant if none is named. */
export const UNNAMED = "D";
const BELL = "\x07";
const INDICATORS: Readonly<Record<Mode, string>> = { command: "-", insert: "I", replace: "R" };
const PERMISSION_TO_WRITE = 0o222;

/** What is kept from file to file. */
export interface Session {
  readonly registers: Map<string, Register>;
  readonly options: ViOptions;
  isReadOnly: boolean;
  search: string;
  /** The character that was looked for in a line last, with f, F, t or T. */
  sought: { readonly character: string; readonly key: string };
  /** Files of the command line, and which of them is next. */
  readonly files: readonly string[];
  at: number;
  tabStop: number;
}

export class Editor {
  readonly io: Io;
  readonly session: Session;
  readonly document = new Document();
  readonly keys: Keys;
  readonly screen: Screen;
  readonly marks = new Map<string, number>();
  file: string | undefined;
  otherFile: string | undefined;
  mode: Mode = "command";
  dot = 0;
  /** The column that moves up and down keep to; the end of lines if it is infinite. */
  column = 0;
  isEditing = true;
  register = UNNAMED;
  #isFileReadOnly = false;
  #message: string | undefined;
  #shownStatus: string | undefined;
  /** Keys that are played again. */
  #queue: string[] = [];
  /** The keys of the last command that changed something, while they are typed. */
  #recorded = "";
  #records = false;
  #modes: Termios | undefined;
  #lineCount = 1;
  #countedAt = -1;

  constructor(io: Io, session: Session, keys: Keys, size: Size) {
    this.io = io;
    this.session = session;
    this.keys = keys;
    this.screen = new Screen(io, this.document, size);
    this.screen.tabStop = session.tabStop;
  }

  get text(): string {
    return this.document.text;
  }

  get isReadOnly(): boolean {
    return this.session.isReadOnly || this.#isFileReadOnly;
  }

  // ── the terminal ──

  /** Each key comes at once, and is not shown by the driver. */
  *resumeModes(): Routine<void> {
    const modes = yield* attempt(ioctl(0, "TCGETS"));
    if (!isTermios(modes)) return;
    this.#modes ??= modes;
    yield* attempt(
      ioctl(0, "TCSETS", {
        ...modes,
        iflag: modes.iflag & ~(IXON | ICRNL),
        oflag: modes.oflag & ~ONLCR,
        lflag: modes.lflag & ~(ICANON | ECHO | ECHONL | ISIG | IEXTEN),
        cc: modes.cc.map((value, at) => (at === VMIN ? 1 : at === VTIME ? 0 : value)),
      }),
    );
  }

  /** As the terminal was before. */
  *suspendModes(): Routine<void> {
    yield* this.io.out.flush();
    if (this.#modes !== undefined) yield* attempt(ioctl(0, "TCSETS", this.#modes));
  }

  // ── keys ──

  /** The next key, of those that are played again or of those that are typed. Without one vi ends. */
  *key(): Routine<Key> {
    const played = this.#queue.shift();
    if (played !== undefined) return played;
    const key = yield* this.keys.next();
    if (key === undefined) {
      yield* this.screen.clearBottom();
      yield* this.suspendModes();
      return yield* this.io.die("can't read user input");
    }
    if (this.#records && typeof key === "string") this.#recorded += key;
    return key;
  }

  /** A key that is a character. */
  *character(): Routine<string> {
    const key = yield* this.key();
    return typeof key === "string" ? key : "";
  }

  get isReplaying(): boolean {
    return this.#queue.length > 0;
  }

  get isRecording(): boolean {
    return this.#records;
  }

  startRecording(key: string): void {
    this.#recorded = key;
    this.#records = true;
  }

  stopRecording(): void {
    this.#records = false;
    this.register = UNNAMED;
  }

  replay(count: number): void {
    if (this.#recorded !== "") this.#queue = [...`${count}${this.#recorded}`];
  }

  // ── what is shown ──

  *refresh(all = false): Routine<void> {
    yield* this.screen.refresh(this.dot, { inserts: this.mode !== "command", all });
  }

  *redraw(all = false): Routine<void> {
    yield* this.screen.erase();
    this.forgetStatus();
    yield* this.refresh(all);
    yield* this.showStatus();
  }

  say(message: string): void {
    this.#message = message;
  }

  complain(message: string): void {
    this.#message = `${REVERSE}${message}${PLAIN}`;
  }

  forgetStatus(): void {
    this.#shownStatus = undefined;
  }

  *beep(): Routine<void> {
    yield* this.screen.write(BELL);
  }

  *showStatus(): Routine<void> {
    const message = this.#message;
    const status = message ?? this.#status();
    if (message !== undefined || status !== this.#shownStatus) {
      this.#shownStatus = message === undefined ? status : undefined;
      this.#message = undefined;
      yield* this.screen.clearBottom();
      yield* this.screen.write(status);
      if (message !== undefined && message.length > this.screen.columns + 9) yield* this.waitForReturn();
      yield* this.screen.place();
    }
    yield* this.io.out.flush();
  }

  *waitForReturn(): Routine<void> {
    yield* this.screen.write(`${REVERSE}[Hit return to continue]${PLAIN}`);
    yield* this.io.out.flush();
    while (!/[\r\n]/.test(yield* this.character()));
    yield* this.redraw(true);
  }

  #status(): string {
    const at = this.document.lineNumber(this.dot);
    // Lines are counted again when there is a change that can be undone: while one types they are not.
    if (this.document.modified !== this.#countedAt) {
      this.#lineCount = this.document.lineCount;
      this.#countedAt = this.document.modified;
    }
    const all = this.#lineCount;
    const notes = (this.isReadOnly ? " [Readonly]" : "") + (this.document.modified !== 0 ? " [Modified]" : "");
    const status = `${INDICATORS[this.mode]} ${this.file ?? "No file"}${notes} ${at}/${all} ${Math.floor((100 * at) / all)}%`;
    return status.slice(0, this.screen.columns);
  }

  /** A line that is typed at the bottom, with what it begins with; what came before if it is rubbed out. */
  *askLine(prompt: string): Routine<string> {
    let line = prompt;
    this.forgetStatus();
    yield* this.screen.clearBottom();
    yield* this.screen.write(line);
    for (;;) {
      yield* this.io.out.flush();
      const key = yield* this.key();
      if (typeof key !== "string") continue;
      if (/[\r\n\x1b]/.test(key)) break;
      if (key === "\b" || key === "\x7f") {
        line = line.slice(0, -1);
        yield* this.screen.clearBottom();
        if (line === "") break;
        yield* this.screen.write(line);
      } else {
        line += key;
        yield* this.screen.write(key);
      }
    }
    yield* this.refresh();
    return line;
  }

  // ── files ──

  /** Begins with a file, that need not be there. How many bytes it has; `undefined` if there is none. */
  *open(file: string | undefined): Routine<number | undefined> {
    if (file !== undefined && file !== this.file) {
      this.otherFile = this.file;
      this.file = file;
    }
    this.#isFileReadOnly = false;
    this.marks.clear();
    this.dot = 0;
    this.screen.top = 0;
    const found = file === undefined ? undefined : yield* this.read(file, { isFirst: true });
    this.document.load(found ?? "");
    this.#countedAt = -1;
    return found?.length;
  }

  /** What a file has; says why not. */
  *read(file: string, options: { readonly isFirst: boolean }): Routine<string | undefined> {
    const fd = yield* attempt(open(file, O_RDONLY));
    if (fd instanceof Errno) {
      if (!options.isFirst) this.complain(`'${file}' ${fd.message}`);
      return undefined;
    }
    const status = yield* fstat(fd);
    let text: string | undefined;
    if (status.type !== "file") this.complain(`'${file}' is not a regular file`);
    else {
      const bytes = yield* attempt(new Input(fd).rest());
      if (bytes instanceof Errno) this.complain(`'${file}' ${bytes.message}`);
      else text = latin1(bytes);
    }
    yield* close(fd);
    const denied = (yield* attempt(access(file, W_OK))) instanceof Errno || (status.mode & PERMISSION_TO_WRITE) === 0;
    if (options.isFirst && denied) this.#isFileReadOnly = true;
    return text;
  }

  /** Writes what lies from `from` up to `to`. How many bytes; `undefined` with a message if it cannot. */
  *write(file: string | undefined, from: number, to: number): Routine<number | undefined> {
    if (file === undefined) {
      this.complain("No current filename");
      return undefined;
    }
    const fd = yield* attempt(open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o666));
    const written = fd instanceof Errno ? fd : yield* attempt(writeAll(fd, fromLatin1(this.text.slice(from, to))));
    if (!(fd instanceof Errno)) yield* close(fd);
    if (written instanceof Errno) {
      this.complain(`'${file}' ${written.message}`);
      return undefined;
    }
    return to - from;
  }

  /** All is written. */
  clean(): void {
    this.document.modified = 0;
    this.#countedAt = -1;
  }

  /** Ends with this file. `all`: the files behind it are not edited either. */
  leave(options: { readonly all: boolean }): void {
    if (options.all) this.session.at = this.session.files.length;
    this.isEditing = false;
  }

  get filesLeft(): number {
    return this.session.files.length - this.session.at - 1;
  }

  // ── changes ──

  /** Keeps a part of the text, from `from` up to `to`. */
  yank(from: number, to: number, isLines: boolean): void {
    this.session.registers.set(this.register, { text: this.text.slice(from, to), isLines });
  }

  /** "Delete 2 lines (8 chars) from [D]" */
  tellRegister(what: string, count = 1): void {
    const held = this.session.registers.get(this.register);
    if (held === undefined) return;
    const lines = held.text.split("\n").length - 1;
    this.say(`${what} ${lines * count} lines (${held.text.length * count} chars) from [${this.register}]`);
  }

  /** Looks for a pattern from `from` on, or backwards; around the end if need be. A bad one is complained about. */
  find(pattern: string, from: number, step: 1 | -1): number | undefined {
    const regex = this.compile(pattern);
    return regex === undefined ? undefined : search(this.document, regex, from, step);
  }

  compile(pattern: string): Regex | undefined {
    try {
      return new Regex(pattern, { ...BASIC, ignoreCase: this.session.options.ignorecase });
    } catch (error) {
      if (!(error instanceof RegexError)) throw error;
      this.complain(`bad search pattern '${pattern}': ${error.message}`);
      return undefined;
    }
  }
}
