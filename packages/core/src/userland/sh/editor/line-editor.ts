/**
 * The line editor of an interactive shell: the terminal is raw while a line is typed, and every key is answered for here.
 * What it writes is what busybox's editor writes.
 *
 * @see busybox libbb/lineedit.c: read_line_input
 */
import {
  ECHO,
  ECHONL,
  Errno,
  ICANON,
  ISIG,
  ioctl,
  type Routine,
  type Termios,
  VEOF,
  VINTR,
  VMIN,
  VTIME,
  type WindowSize,
} from "../../../abi/index.ts";
import { fromLatin1 } from "../../../lib/index.ts";
import { attempt, writeAll } from "../../io.ts";
import type { Shell } from "../shell.ts";
import { commonPrefix, complete, inColumns, quoted } from "./complete.ts";
import { type Key, type KeyName, readKey } from "./keys.ts";
import { Screen } from "./screen.ts";

/** Lines that are remembered. @see busybox CONFIG_FEATURE_EDITING_HISTORY */
const HISTORY_MAX = 255;
const LONGEST_LINE = 1022;
/** Asks the terminal where the cursor is: an answer is ignored like any key that means nothing. */
const ASK_PLACE = "\x1b[6n";

/** `line` with its newline; `interrupt`: ^C; `end`: ^D on an empty line, or the terminal is gone. */
export type Edited = { readonly line: string } | "interrupt" | "end";

/**
 * The modes of the terminal at descriptor 0, if lines can be edited there: not where echo was turned off. Unlike the
 * others, dash has no editor.
 */
export function* editableModes({ engine }: Shell): Routine<Termios | undefined> {
  if (engine.traits.messages === "dash") return undefined;
  const modes = yield* attempt(ioctl(0, "TCGETS"));
  if (modes instanceof Errno) return undefined;
  const termios = modes as Termios;
  return (termios.lflag & (ECHO | ICANON)) === ICANON ? undefined : termios;
}

/** Reads a line behind a prompt; byte strings. */
export function* editLine(shell: Shell, prompt: string, modes: Termios): Routine<Edited> {
  yield* attempt(ioctl(0, "TCSETS", rawModes(modes)));
  try {
    const size = yield* attempt(ioctl(0, "TIOCGWINSZ"));
    const columns = size instanceof Errno ? 0 : (size as WindowSize).columns;
    const editor = new LineEditor(shell, new Screen(prompt, columns > 1 ? columns : 80), columns > 1 ? columns : 80);
    yield* attempt(writeAll(2, fromLatin1(shell.engine.traits.messages === undefined ? prompt + ASK_PLACE : prompt)));
    return yield* editor.edit(modes);
  } finally {
    yield* attempt(ioctl(0, "TCSETS", modes));
  }
}

function rawModes(modes: Termios): Termios {
  return {
    ...modes,
    lflag: modes.lflag & ~(ICANON | ECHO | ECHONL | ISIG),
    cc: modes.cc.map((value, index) => (index === VMIN ? 1 : index === VTIME ? 0 : value)),
  };
}

const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 31);
const isSpace = (glyph: string | undefined): boolean => glyph === " " || glyph === "\t";
const isWord = (glyph: string | undefined): boolean =>
  glyph !== undefined && (/[0-9A-Za-z_]/.test(glyph) || glyph > "~");

class LineEditor {
  readonly #shell: Shell;
  readonly #screen: Screen;
  readonly #columns: number;
  /** Characters, each with all of its bytes. */
  #text: string[] = [];
  #cursor = 0;
  /** The place in history; beyond its end is the line that was typed. */
  #place: number;
  #typed: string[] = [];
  #wasTab = false;

  constructor(shell: Shell, screen: Screen, columns: number) {
    this.#shell = shell;
    this.#screen = screen;
    this.#columns = columns;
    this.#place = shell.history.length;
  }

  *edit(modes: Termios): Routine<Edited> {
    for (;;) {
      const key = yield* readKey();
      const outcome = yield* this.#press(key, modes);
      const output = this.#screen.take();
      if (output !== "") yield* attempt(writeAll(2, fromLatin1(output)));
      if (outcome !== undefined) return outcome;
      // What was completed is looked at before what else there might be.
      this.#wasTab = "text" in key && key.text === "\t" && !output.includes("\r");
    }
  }

  *#press(key: Key, modes: Termios): Routine<Edited | undefined> {
    if ("name" in key) return key.name === "hang-up" ? "end" : this.#named(key.name);
    const { text } = key;
    if (text === "\n" || text === "\r") return this.#finish();
    const code = text.charCodeAt(0);
    if (code !== 0 && code === modes.cc[VINTR]) return "interrupt";
    if (code !== 0 && code === modes.cc[VEOF]) {
      if (this.#text.length === 0) return "end";
      this.#delete(this.#cursor, this.#cursor + 1);
    } else if (text === "\t") yield* this.#complete();
    else if (text < " " || text === "\x7f") this.#controlled(text);
    else this.#insert([text]);
    return undefined;
  }

  #finish(): Edited {
    this.#screen.leave(this.#text, this.#cursor);
    const line = this.#text.join("");
    const { history } = this.#shell;
    if (line !== "" && history[history.length - 1] !== line) history.push(line);
    if (history.length > HISTORY_MAX) history.shift();
    return { line: `${line}\n` };
  }

  #named(name: KeyName): undefined {
    const end = this.#text.length;
    if (name === "up") this.#recall(-1, { beeps: true });
    else if (name === "down") this.#recall(1, { beeps: false });
    else if (name === "left") this.#go(this.#cursor - 1);
    else if (name === "right") this.#go(this.#cursor + 1);
    else if (name === "home") this.#go(0);
    else if (name === "end") this.#go(end);
    else if (name === "delete") this.#delete(this.#cursor, this.#cursor + 1);
    else if (name === "word-left") this.#go(this.#wordStart());
    else if (name === "word-right") this.#go(this.#wordEnd());
    else if (name === "delete-word") this.#delete(this.#cursor, this.#wordEnd());
    else if (name === "erase-word") this.#delete(this.#wordStart(), this.#cursor);
    return undefined;
  }

  #controlled(text: string): void {
    if (text === "\b" || text === "\x7f") this.#delete(this.#cursor - 1, this.#cursor);
    else if (text === control("a")) this.#go(0);
    else if (text === control("b")) this.#go(this.#cursor - 1);
    else if (text === control("e")) this.#go(this.#text.length);
    else if (text === control("f")) this.#go(this.#cursor + 1);
    else if (text === control("k")) this.#delete(this.#cursor, this.#text.length);
    else if (text === control("l")) this.#clearScreen();
    else if (text === control("n")) this.#recall(1, { beeps: false });
    else if (text === control("p")) this.#recall(-1, { beeps: false });
    else if (text === control("u")) this.#eraseToStart();
    else if (text === control("w")) this.#delete(this.#blankStart(), this.#cursor);
  }

  #go(to: number): void {
    const target = Math.min(Math.max(to, 0), this.#text.length);
    if (target === this.#cursor) return;
    this.#screen.move(this.#text, this.#cursor, target);
    this.#cursor = target;
  }

  #insert(glyphs: readonly string[]): void {
    if (this.#text.length + glyphs.length > LONGEST_LINE) return;
    const from = this.#cursor;
    this.#text.splice(from, 0, ...glyphs);
    this.#cursor += glyphs.length;
    this.#screen.update(this.#text, from, this.#cursor, { clears: false });
  }

  #delete(from: number, to: number): void {
    if (from < 0 || from >= this.#text.length || to <= from) return;
    const old = this.#text;
    this.#text = [...old.slice(0, from), ...old.slice(to)];
    this.#screen.move(old, this.#cursor, from);
    this.#cursor = from;
    this.#screen.update(this.#text, from, from, { clears: true });
  }

  #eraseToStart(): void {
    if (this.#cursor === 0) return;
    this.#text = this.#text.slice(this.#cursor);
    this.#cursor = 0;
    this.#screen.redraw(this.#text, 0);
  }

  #clearScreen(): void {
    this.#screen.write("\x1b[H\x1b[J");
    this.#screen.redraw(this.#text, this.#cursor);
  }

  #recall(by: 1 | -1, options: { readonly beeps: boolean }): void {
    const { history } = this.#shell;
    const place = this.#place + by;
    if (place < 0 || place > history.length) {
      this.#screen.beep();
      if (options.beeps) this.#screen.beep();
      return;
    }
    if (this.#place === history.length) this.#typed = this.#text;
    this.#place = place;
    this.#text = place === history.length ? this.#typed : glyphsOf(history[place] ?? "");
    this.#cursor = this.#text.length;
    this.#screen.redraw(this.#text, this.#cursor);
  }

  #wordStart(): number {
    let at = this.#cursor;
    while (at > 0 && !isWord(this.#text[at - 1])) at--;
    while (at > 0 && isWord(this.#text[at - 1])) at--;
    return at;
  }

  #wordEnd(): number {
    let at = this.#cursor;
    while (at < this.#text.length && !isWord(this.#text[at])) at++;
    while (at < this.#text.length && isWord(this.#text[at])) at++;
    return at;
  }

  #blankStart(): number {
    let at = this.#cursor;
    while (at > 0 && isSpace(this.#text[at - 1])) at--;
    while (at > 0 && !isSpace(this.#text[at - 1])) at--;
    return at;
  }

  *#complete(): Routine<void> {
    const before = this.#text.slice(0, this.#cursor).join("");
    const { start, matches } = yield* complete(this.#shell, before);
    const prefix = commonPrefix(matches);
    // The space behind a name that is the only one is the shell's, not the name's.
    const isWhole = prefix.endsWith(" ");
    const completed = quoted(prefix.trimEnd()) + (isWhole ? " " : "");
    if (matches.length > 0 && completed.length > before.length - start) {
      const head = glyphsOf(before.slice(0, start) + completed);
      this.#text = [...head, ...this.#text.slice(this.#cursor)];
      this.#cursor = head.length;
      this.#screen.redraw(this.#text, this.#cursor);
    } else if (matches.length > 1 && this.#wasTab) {
      const shown = matches
        .map((name) => name.trimEnd())
        .map((name) => name.slice(name.lastIndexOf("/", name.length - 2) + 1));
      this.#screen.write(`\n${inColumns(shown, this.#columns)}`);
      this.#screen.redraw(this.#text, this.#cursor);
    } else this.#screen.beep();
  }
}

/** The characters of a byte string. */
function glyphsOf(bytes: string): string[] {
  return bytes.match(/[\xc0-\xff][\x80-\xbf]*|[\s\S]/g) ?? [];
}
