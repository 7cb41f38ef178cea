/** What keys do while no text is typed. */
import { getpid, kill, type Routine, SIGTSTP } from "../../../../abi/index.ts";
import { ESCAPE, type Key } from "../../../keys.ts";
import { runColon } from "./colon.ts";
import { type Editor, UNNAMED } from "./editor.ts";
import { indentOf, replaceCharacter, typeCharacter } from "./insert.ts";
import { motionOf, nameOfKey, toLine } from "./motions.ts";
import { operate } from "./operators.ts";

/** Commands that a dot does again. */
const CHANGES = new Set("aAcCdDiIJoOpPrRsxX<>~");
const OPERATORS = new Set("cdyY<>");
const control = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) - 64);

/** Reads keys, and does what they say. */
export class Commands {
  readonly #editor: Editor;
  #count = 0;
  /** Where characters began to be replaced. */
  #replacedFrom = 0;
  /** The line that the cursor came to last, as it was then. */
  #lineBefore: { readonly start: number; readonly text: string } = { start: -1, text: "" };

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  *step(): Routine<void> {
    const editor = this.#editor;
    const key = yield* editor.key();
    const name = nameOfKey(key);
    this.#rememberLine();
    if (editor.mode === "command" && CHANGES.has(name) && !editor.isRecording && !editor.isReplaying) {
      editor.startRecording(name);
    }
    yield* editor.showStatus();
    yield* this.#obey(key, name);
  }

  *#obey(key: Key, name: string): Routine<void> {
    const editor = this.#editor;
    const keyMoves = typeof key !== "string" && name !== "insert";
    if (editor.mode === "insert" && !keyMoves) {
      if (name === "insert") this.startReplacing();
      else yield* typeCharacter(editor, name);
      return;
    }
    if (editor.mode === "replace" && !keyMoves) {
      if (name === "insert") editor.mode = "insert";
      else yield* replaceCharacter(editor, name, this.#replacedFrom);
      return;
    }
    if (/^[1-9]$/.test(name) || (name === "0" && this.#count > 0)) {
      this.#count = this.#count * 10 + Number(name);
      return;
    }
    const count = this.#count;
    this.#count = 0;
    const column = yield* this.#run(name, count);
    editor.dot = editor.document.bound(editor.dot);
    const isOnNewline = editor.text[editor.dot] === "\n" && editor.dot > editor.document.lineStart(editor.dot);
    if (isOnNewline && editor.mode === "command") editor.dot--;
    if (column === "set") editor.column = editor.screen.columnOf(editor.dot, false);
  }

  /** Whether the column is a new one, or the one that up and down keep to. */
  *#run(name: string, count: number): Routine<"set" | "kept"> {
    const editor = this.#editor;
    const motion = motionOf(name);
    if (motion !== undefined) {
      const before = editor.dot;
      const place = yield* motion.go(editor, count, name);
      if (place === undefined) yield* editor.beep();
      else editor.dot = place;
      if (motion.isJump === true && editor.dot !== before) editor.marks.set("'", before);
      return motion.keepsColumn === true ? "kept" : "set";
    }
    if (OPERATORS.has(name)) return (yield* operate(editor, name, count)) ? "kept" : "set";
    const command = COMMANDS.get(name);
    if (command !== undefined) yield* command(this, editor, Math.max(1, count), count);
    else if (name !== "\0") {
      editor.complain(`'${printable(name)}' is not implemented`);
      editor.stopRecording();
    }
    return "set";
  }

  #rememberLine(): void {
    const { document, dot, text } = this.#editor;
    const start = document.lineStart(dot);
    if (start !== this.#lineBefore.start) this.#lineBefore = { start, text: text.slice(start, document.lineEnd(dot)) };
  }

  /** U: the line as it was when the cursor came to it. */
  restoreLine(): void {
    const editor = this.#editor;
    const { document, dot } = editor;
    const start = document.lineStart(dot);
    document.remove(start, document.lineEnd(dot), "alone");
    document.insert(start, this.#lineBefore.text, "chained");
    editor.dot = document.firstNonBlank(start);
  }

  startReplacing(): void {
    this.#editor.mode = "replace";
    this.#editor.document.endTyping();
    this.#replacedFrom = this.#editor.dot;
  }
}

/** As one types it: ^A. */
const printable = (key: string): string =>
  key.length === 1 && key < " " ? `^${String.fromCharCode(key.charCodeAt(0) + 64)}` : key;

type Command = (commands: Commands, editor: Editor, times: number, count: number) => Routine<void>;

function startInsert(editor: Editor, at: number): void {
  editor.dot = at;
  editor.mode = "insert";
  editor.document.endTyping();
}

const insertAt = (place: (editor: Editor) => number): Command =>
  function* (_, editor) {
    startInsert(editor, place(editor));
  };

/** A new line above or below. */
const openLine = (above: boolean): Command =>
  function* (_, editor) {
    const { document, session } = editor;
    const indent = session.options.autoindent ? indentOf(editor, editor.dot) : "";
    const at = above ? document.lineStart(editor.dot) : document.lineEnd(editor.dot) + 1;
    document.insert(at, `${indent}\n`, "alone");
    // Above an empty last line the real one stays in that, if it indents.
    const isLast = above && session.options.autoindent && indent === "" && at + 1 === document.text.length - 1;
    startInsert(editor, isLast ? at + 1 : at + indent.length);
  };

/** Single characters, of the line that the cursor is in. */
const removeCharacters = (step: 0 | -1, inserts: boolean): Command =>
  function* (_, editor, times) {
    const { document } = editor;
    let mode: "alone" | "chained" = "alone";
    for (let left = times; left > 0; left--) {
      const at = editor.dot + step;
      if (at < 0 || editor.text[at] === "\n") break;
      editor.yank(at, at + 1, false);
      document.remove(at, at + 1, mode);
      editor.dot = at;
      mode = "chained";
    }
    if (inserts) startInsert(editor, editor.dot);
    else editor.stopRecording();
  };

const removeToEnd = (inserts: boolean): Command =>
  function* (_, editor) {
    const { document, dot } = editor;
    const end = document.lineEnd(dot);
    if (end > dot) {
      editor.yank(dot, end, false);
      document.remove(dot, end, "alone");
    }
    if (inserts) startInsert(editor, dot);
    else editor.stopRecording();
  };

const put = (after: boolean): Command =>
  function* (_, editor, times) {
    const { document, session } = editor;
    const held = session.registers.get(editor.register);
    if (held === undefined) {
      editor.complain(`Nothing in register ${editor.register}`);
      return;
    }
    let at = editor.dot;
    if (held.isLines) at = after ? document.lineEnd(at) + 1 : document.lineStart(at);
    else if (after && editor.text[at] !== "\n") at++;
    const added = held.text.repeat(times);
    document.insert(at, added, "alone");
    editor.dot = held.isLines ? document.firstNonBlank(at) : held.text.includes("\n") ? at : at + added.length - 1;
    editor.tellRegister("Put", times);
    editor.stopRecording();
  };

const join: Command = function* (_, editor, times) {
  const { document } = editor;
  let mode: "alone" | "chained" = "alone";
  for (let left = times; left > 0; left--) {
    const end = document.lineEnd(editor.dot);
    if (document.isLastLine(editor.dot)) break;
    const blanks = /^[ \t]*/.exec(editor.text.slice(end + 1))?.[0].length ?? 0;
    document.remove(end, end + 1 + blanks, mode);
    document.insert(end, " ", "chained");
    editor.dot = end;
    mode = "chained";
  }
  editor.stopRecording();
};

const replaceOne: Command = function* (_, editor, times) {
  const { document } = editor;
  const key = yield* editor.character();
  if (key !== ESCAPE && key !== "") {
    if (document.lineEnd(editor.dot) - editor.dot < times) yield* editor.beep();
    else {
      const added = key === "\r" ? "\n" : key;
      document.remove(editor.dot, editor.dot + times, "alone");
      document.insert(editor.dot, added.repeat(times), "chained");
      editor.dot += times - 1;
    }
  }
  editor.stopRecording();
};

const flipCase: Command = function* (_, editor, times) {
  const { document } = editor;
  let mode: "alone" | "chained" = "alone";
  for (let left = times; left > 0 && editor.text[editor.dot] !== "\n"; left--) {
    const letter = editor.text[editor.dot] ?? "";
    if (/[A-Za-z]/.test(letter)) {
      document.remove(editor.dot, editor.dot + 1, mode);
      document.insert(
        editor.dot,
        letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
        "chained",
      );
      mode = "chained";
    }
    editor.dot++;
  }
  editor.stopRecording();
};

/** The screen moves, and takes the cursor along if need be. */
function scroll(editor: Editor, lines: number): void {
  const { document, screen } = editor;
  document.endTyping();
  const top = document.lineNumber(screen.top) + lines;
  screen.top = document.findLine(Math.max(1, Math.min(top, document.lineCount)));
  const bottom = screen.bottom();
  if (editor.dot < screen.top) editor.dot = screen.top;
  if (editor.dot > bottom) editor.dot = document.lineStart(bottom);
  editor.dot = document.firstNonBlank(editor.dot);
}

const scrollBy = (lines: (rows: number) => number): Command =>
  function* (_, editor) {
    scroll(editor, lines(editor.screen.rows));
  };

const undo: Command = function* (_, editor) {
  const undone = editor.document.undo();
  editor.say(undone?.message ?? "Already at oldest change");
  if (undone === undefined) return;
  editor.dot = undone.dot;
  yield* editor.refresh();
};

/** ZZ writes what was changed, and ends; ZQ ends. */
const leave: Command = function* (_, editor) {
  const key = yield* editor.character();
  if (key === "Q") return editor.leave({ all: true });
  if (key !== "Z") return yield* editor.beep();
  if (editor.document.modified !== 0) {
    if (editor.isReadOnly && editor.file !== undefined) return editor.complain(`'${editor.file}' is read only`);
    if ((yield* editor.write(editor.file, 0, editor.text.length)) === undefined) return;
    editor.clean();
  }
  if (editor.filesLeft > 0) editor.complain(`${editor.filesLeft} more file(s) to edit`);
  else editor.leave({ all: false });
};

const chooseRegister: Command = function* (_, editor) {
  const letter = (yield* editor.character()).toLowerCase();
  if (/^[a-z]$/.test(letter)) editor.register = letter;
  else {
    editor.register = UNNAMED;
    yield* editor.beep();
  }
};

const mark: Command = function* (_, editor) {
  const letter = (yield* editor.character()).toLowerCase();
  if (/^[a-z]$/.test(letter)) editor.marks.set(letter, editor.dot);
  else yield* editor.beep();
};

/** gg: to a line, the first one by itself. */
const goTo: Command = function* (_, editor, times) {
  const key = yield* editor.character();
  if (key !== "g") return editor.complain(`'g${printable(key === "" ? "*" : key)}' is not implemented`);
  editor.marks.set("'", editor.dot);
  editor.dot = (yield* toLine.go(editor, times, "G")) ?? editor.dot;
};

/** The line of the cursor at the top of the screen, in its middle or at its bottom. */
const arrange: Command = function* (_, editor) {
  const key = yield* editor.character();
  const { document, screen } = editor;
  const above = key === "." ? Math.floor((screen.rows - 2) / 2) : key === "-" ? screen.rows - 2 : 0;
  screen.top = document.findLine(Math.max(1, document.lineNumber(editor.dot) - above));
};

const escape: Command = function* (_, editor) {
  yield* editor.beep();
  editor.document.endTyping();
  editor.stopRecording();
  editor.forgetStatus();
};

const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    ":",
    function* (_, editor) {
      yield* runColon(editor, yield* editor.askLine(":"));
    },
  ],
  ["i", insertAt(({ dot }) => dot)],
  ["insert", insertAt(({ dot }) => dot)],
  ["I", insertAt(({ document, dot }) => document.firstNonBlank(dot))],
  ["a", insertAt(({ text, dot }) => (text[dot] === "\n" ? dot : dot + 1))],
  ["A", insertAt(({ document, dot }) => document.lineEnd(dot))],
  ["o", openLine(false)],
  ["O", openLine(true)],
  [
    "R",
    function* (commands) {
      commands.startReplacing();
    },
  ],
  ["x", removeCharacters(0, false)],
  ["delete", removeCharacters(0, false)],
  ["X", removeCharacters(-1, false)],
  ["s", removeCharacters(0, true)],
  ["D", removeToEnd(false)],
  ["C", removeToEnd(true)],
  ["p", put(true)],
  ["P", put(false)],
  ["J", join],
  ["r", replaceOne],
  ["~", flipCase],
  ["u", undo],
  [
    "U",
    function* (commands) {
      commands.restoreLine();
    },
  ],
  [
    ".",
    function* (_, editor, times) {
      editor.replay(times);
    },
  ],
  ["Z", leave],
  ['"', chooseRegister],
  ["m", mark],
  ["g", goTo],
  ["z", arrange],
  [ESCAPE, escape],
  [
    control("G"),
    function* (_, editor) {
      editor.forgetStatus();
    },
  ],
  [control("L"), (_, editor) => editor.redraw()],
  [control("R"), (_, editor) => editor.redraw()],
  [control("B"), scrollBy((rows) => 2 - rows)],
  ["page-up", scrollBy((rows) => 2 - rows)],
  [control("F"), scrollBy((rows) => rows - 2)],
  ["page-down", scrollBy((rows) => rows - 2)],
  [control("D"), scrollBy((rows) => Math.floor((rows - 2) / 2))],
  [control("U"), scrollBy((rows) => -Math.floor((rows - 2) / 2))],
  [control("E"), scrollBy(() => 1)],
  [control("Y"), scrollBy(() => -1)],
  [
    control("Z"),
    function* () {
      yield* kill(yield* getpid(), SIGTSTP);
    },
  ],
]);
