/** Keys while vi inserts or replaces text. */
import type { Routine } from "../../../../abi/index.ts";
import { ESCAPE } from "../../../keys.ts";
import type { UndoMode } from "./document.ts";
import type { Editor } from "./editor.ts";

const [CTRL_D, BACKSPACE, CTRL_V, DELETE] = ["\x04", "\b", "\x16", "\x7f"];
const BLANKS = /^[ \t]*/;

/** Puts a character where the cursor is, or does what it means while text is typed. */
export function* typeCharacter(editor: Editor, key: string, mode: UndoMode = "typed"): Routine<void> {
  const { document } = editor;
  switch (key) {
    case ESCAPE:
      return endInsert(editor);
    case CTRL_V: {
      const literal = yield* editor.character();
      document.insert(editor.dot, literal, mode);
      editor.dot += literal.length;
      return;
    }
    case CTRL_D:
      return shiftBack(editor);
    case BACKSPACE:
    case DELETE:
      if (editor.dot > 0) {
        editor.dot--;
        document.remove(editor.dot, editor.dot + 1, "typed");
      }
      return;
    default:
      insertPlain(editor, key === "\r" ? "\n" : key, mode);
  }
}

function insertPlain(editor: Editor, key: string, mode: UndoMode): void {
  const { document, session, screen } = editor;
  let added = key;
  if (key === "\t" && session.options.expandtab) {
    const column = screen.columnOf(editor.dot - 1, false) + (editor.dot > document.lineStart(editor.dot) ? 1 : 0);
    added = " ".repeat(screen.next("\t", column) - column);
  }
  if (key === "\n") {
    document.endTyping();
    if (session.options.autoindent) added += indentOf(editor, editor.dot);
  }
  document.insert(editor.dot, added, mode);
  editor.dot += added.length;
}

/** The blanks that a line begins with. */
export function indentOf(editor: Editor, at: number): string {
  const { document } = editor;
  return BLANKS.exec(editor.text.slice(document.lineStart(at), document.lineEnd(at)))?.[0] ?? "";
}

function shiftBack(editor: Editor): void {
  const { document, screen } = editor;
  const start = document.lineStart(editor.dot);
  const indent = indentOf(editor, start);
  if (indent === "") return;
  const width = screen.columnOf(start + indent.length - 1, false) + 1;
  const goal = Math.floor((width - 1) / screen.tabStop) * screen.tabStop;
  let kept = indent;
  while (kept !== "" && (kept.length > goal || screen.columnOf(start + kept.length - 1, false) + 1 > goal)) {
    kept = kept.slice(0, -1);
  }
  const removed = indent.length - kept.length;
  document.remove(start + kept.length, start + indent.length, "typed");
  editor.dot = Math.max(start, editor.dot - removed);
}

function endInsert(editor: Editor): void {
  const { document } = editor;
  editor.mode = "command";
  document.endTyping();
  editor.stopRecording();
  editor.forgetStatus();
  if (editor.dot > 0 && editor.text[editor.dot - 1] !== "\n") editor.dot--;
  if (!editor.session.options.autoindent) return;
  const start = document.lineStart(editor.dot);
  const line = editor.text.slice(start, document.lineEnd(start));
  if (line !== "" && line.trim() === "") {
    document.remove(start, start + line.length, "typed");
    document.endTyping();
    editor.dot = start;
  }
}

/** A key while characters are replaced one by one. */
export function* replaceCharacter(editor: Editor, key: string, began: number): Routine<void> {
  const { document } = editor;
  if (key === ESCAPE) return endInsert(editor);
  if (key === BACKSPACE || key === DELETE) {
    if (editor.dot <= began) return;
    const undone = document.undo();
    editor.dot = undone?.dot ?? editor.dot;
    return;
  }
  if (editor.text[editor.dot] === "\n") {
    editor.mode = "insert";
    document.endTyping();
    return yield* typeCharacter(editor, key);
  }
  document.remove(editor.dot, editor.dot + 1, "alone");
  insertPlain(editor, key === "\r" ? "\n" : key, "chained");
}
