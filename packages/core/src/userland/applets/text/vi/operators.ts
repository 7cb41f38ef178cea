/** c, d, y, < and >: what a motion covers is changed. */
import type { Routine } from "../../../../abi/index.ts";
import { ESCAPE } from "../../../keys.ts";
import type { Editor } from "./editor.ts";
import { indentOf } from "./insert.ts";
import { motionOf, nameOfKey } from "./motions.ts";

/** From a place up to another, which does not belong to it. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly isLines: boolean;
  readonly keepsColumn?: boolean;
}

/** Runs an operator with the motion that is typed behind it. `Y` is `yy`. Whether up and down keep to their column. */
export function* operate(editor: Editor, operator: string, count: number): Routine<boolean> {
  const range = yield* rangeOf(editor, operator, count);
  if (range === undefined) {
    editor.stopRecording();
    return false;
  }
  if (operator === "<" || operator === ">") shift(editor, operator, range);
  else if (operator === "c") change(editor, range);
  else if (operator === "d") remove(editor, range);
  else keep(editor, range);
  if (operator !== "c") editor.stopRecording();
  return range.keepsColumn === true;
}

function* rangeOf(editor: Editor, operator: string, count: number): Routine<Range | undefined> {
  const { document } = editor;
  let times = count;
  let key = operator === "Y" ? "Y" : nameOfKey(yield* editor.key());
  while (/^[1-9]$/.test(key) || (key === "0" && times > 0 && times !== count)) {
    times = times === count ? Number(key) : times * 10 + Number(key);
    key = nameOfKey(yield* editor.key());
  }
  if (key === operator) {
    const last = document.lineNumber(editor.dot) + Math.max(1, times) - 1;
    if (last > document.lineCount) return yield* refuse(editor);
    return lines(editor, editor.dot, document.findLine(last));
  }
  if (key === "g") key = yield* editor.character();
  const motion = motionOf(key === "g" ? "G" : key);
  if (motion === undefined) return key === ESCAPE ? undefined : yield* refuse(editor);
  const isFirstLine = key === "g" && times === 0;
  const place = isFirstLine ? 0 : yield* motion.go(editor, times, key);
  if (place === undefined) return yield* refuse(editor);
  if (motion.reach === "lines") return lines(editor, editor.dot, place);
  if (place === editor.dot && !"$%".includes(key)) return yield* refuse(editor);
  const keepsColumn = motion.keepsColumn === true;
  return { ...within(editor, operator, key, place, motion.reach === "with"), keepsColumn };
}

function* refuse(editor: Editor): Routine<undefined> {
  yield* editor.beep();
  return undefined;
}

function lines({ document }: Editor, one: number, other: number): Range {
  const [first, last] = one < other ? [one, other] : [other, one];
  return { from: document.lineStart(first), to: document.lineEnd(last) + 1, isLines: true };
}

function within(editor: Editor, operator: string, key: string, place: number, isWith: boolean): Range {
  const { text, document, dot } = editor;
  const [from, last] = place < dot ? [place, dot] : [dot, place];
  // Backwards the character under the cursor stays; on a bracket it goes.
  let to = isWith && (place >= dot || key === "%") ? last + 1 : last;
  if (/^[wW]$/.test(key)) to = endOfWords(text, operator, key, { from, place });
  if (key === "$" && text[dot] === "\n") to = dot;
  const isWholeLines = "{}".includes(key) && from === document.lineStart(from) && text[to] === "\n";
  return isWholeLines ? { from, to, isLines: true } : { from, to, isLines: false };
}

/** The blanks behind a word go with it, but not those behind a newline, and for a change none. */
function endOfWords(
  text: string,
  operator: string,
  key: string,
  { from, place }: { readonly from: number; readonly place: number },
): number {
  const isAtEnd = place >= text.length - 2 && (place === text.length - 1 || text[place + 1] === "\n");
  const isPunctuation = key === "w" && /[^\s\w]/.test(text[place] ?? "");
  let last = place > from && (!isAtEnd || isPunctuation) ? place - 1 : place;
  let behindBlanks = last;
  while (last > from && /\s/.test(text[last] ?? "")) {
    last--;
    if (text[last + 1] === "\n") behindBlanks = last;
  }
  if (operator !== "c" && text[last] !== "\n") last = behindBlanks;
  return last + 1;
}

function remove(editor: Editor, { from, to, isLines }: Range): void {
  const { document } = editor;
  if (to <= from) return;
  editor.yank(from, to, isLines);
  document.remove(from, to, "alone");
  editor.dot = isLines ? document.firstNonBlank(document.bound(from)) : document.bound(from);
  editor.tellRegister("Delete");
}

function keep(editor: Editor, { from, to, isLines }: Range): void {
  editor.yank(from, to, isLines);
  if (!isLines) editor.dot = from;
  else if (from < editor.document.lineStart(editor.dot)) editor.dot = from;
  editor.tellRegister("Yank");
}

function change(editor: Editor, { from, to, isLines }: Range): void {
  const { document, session } = editor;
  const indent = isLines && session.options.autoindent ? indentOf(editor, from) : "";
  // The newline of the last line stays.
  const end = isLines ? to - 1 : to;
  editor.yank(from, to, isLines);
  document.remove(from, end, "alone");
  editor.dot = from;
  if (indent !== "") {
    document.insert(from, indent, "chained");
    editor.dot += indent.length;
  }
  editor.mode = "insert";
  document.endTyping();
}

function shift(editor: Editor, operator: "<" | ">", { from, to }: Range): void {
  const { document, screen } = editor;
  const line = document.lineNumber(editor.dot);
  const [first, last] = [document.lineNumber(from), document.lineNumber(to - 1)];
  let mode: "alone" | "chained" = "alone";
  for (let number = first; number <= last; number++) {
    const at = document.findLine(number);
    if (operator === ">") {
      if (editor.text[at] === "\n") continue;
      document.insert(at, "\t", mode);
    } else {
      const blanks = new RegExp(`^(\\t| {1,${screen.tabStop}})`).exec(editor.text.slice(at, document.lineEnd(at)));
      if (blanks === null) continue;
      document.remove(at, at + blanks[0].length, mode);
    }
    mode = "chained";
  }
  editor.dot = document.firstNonBlank(document.findLine(line));
}
