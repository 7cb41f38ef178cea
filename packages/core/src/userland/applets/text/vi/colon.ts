/** Commands behind a colon. @see ex(1p), busybox: editors/vi.c:colon */
import { Errno, type Routine, stat } from "../../../../abi/index.ts";
import { runProgram } from "../../../exec.ts";
import { attempt } from "../../../io.ts";
import { VERSION } from "../../../version.ts";
import { readAddresses } from "./addresses.ts";
import type { Editor } from "./editor.ts";
import { setOptions } from "./options.ts";
import { substitute } from "./substitute.ts";

/** A command with the lines that it is about. */
export interface Colon {
  readonly name: string;
  readonly argument: string;
  readonly forced: boolean;
  readonly addressed: readonly number[];
  /** Lines, counted from 1; all of them if none is named. */
  readonly first: number;
  readonly last: number;
}

type Action = (editor: Editor, colon: Colon) => Routine<void>;

/** Runs what was typed. */
export function* runColon(editor: Editor, typed: string): Routine<void> {
  const text = typed.replace(/^:*[ \t]*/, "");
  if (text === "" || text.startsWith('"')) return;
  const read = readAddresses(editor, text);
  if (read === undefined) return;
  const { lines, rest } = read;
  const [last = editor.document.lineCount] = lines.slice(-1);
  const [first = 1] = lines;
  if (lines.some((line) => line < 0 || line > editor.document.lineCount) || first > last) {
    if (lines.length > 0) return editor.complain("Invalid range");
  }
  const addressed = { addressed: lines, first: lines.length === 0 ? 1 : first, last };
  if (rest === "") {
    if (lines.length > 0) editor.dot = editor.document.firstNonBlank(editor.document.findLine(last));
    return;
  }
  if (rest.startsWith("!")) return yield* runShell(editor, rest.slice(1));
  const [, word = "", bang = "", argument = ""] = /^([^\s!]*)(!?)[ \t]*(.*)$/s.exec(rest) ?? [];
  const action = actionNamed(word);
  if (action !== undefined) yield* action(editor, { ...addressed, name: word, argument, forced: bang === "!" });
  else if (word.startsWith("s")) substitute(editor, rest, addressed);
  else editor.complain(`'${word}' is not implemented`);
  editor.dot = editor.document.bound(editor.dot);
}

/** A name may be cut anywhere; of several the first is meant. */
function actionNamed(word: string): Action | undefined {
  const exact = EXACT.get(word);
  if (exact !== undefined) return exact;
  if (word === "") return undefined;
  for (const [name, action] of ABBREVIATED) if (name.startsWith(word)) return action;
  return undefined;
}

/** From the first line's beginning up to the last one's end. */
function rangeOf(
  { document, dot }: Editor,
  { addressed, first, last }: Colon,
  fallback: "line" | "all",
): [number, number] {
  if (addressed.length === 0 && fallback === "line") return [document.lineStart(dot), document.lineEnd(dot) + 1];
  const from = addressed.length === 1 ? last : first;
  return [document.findLine(from), document.lineEnd(document.findLine(last)) + 1];
}

const remove: Action = function* (editor, colon) {
  const [from, to] = rangeOf(editor, colon, "line");
  editor.yank(from, to, true);
  editor.document.remove(from, to, "alone");
  editor.dot = editor.document.firstNonBlank(editor.document.bound(from));
};

const yank: Action = function* (editor, colon) {
  const [from, to] = rangeOf(editor, colon, "line");
  editor.yank(from, to, true);
  const lines = editor.document.lineNumber(to - 1) - editor.document.lineNumber(from) + 1;
  editor.say(`Yank ${lines} lines (${to - from} chars) into [${editor.register}]`);
};

/** Unsaved changes hold it up, and files that are still to come. */
const quit: Action = function* (editor, { name, forced }) {
  const kind = name.startsWith("q") ? "quit" : name.startsWith("n") ? "next" : "prev";
  if (!forced && editor.document.modified !== 0) {
    return editor.complain(`No write since last change (:${name}! overrides)`);
  }
  if (forced) return editor.leave({ all: kind === "quit" });
  if (kind === "quit" && editor.filesLeft > 0) return editor.complain(`${editor.filesLeft} more file(s) to edit`);
  if (kind === "next" && editor.filesLeft <= 0) return editor.complain("No more files to edit");
  if (kind === "prev") {
    if (editor.session.at < 1) return editor.complain("No previous files to edit");
    editor.session.at -= 2;
  }
  editor.leave({ all: false });
};

const rewind: Action = function* (editor, { name, forced }) {
  if (editor.document.modified !== 0 && !forced) {
    return editor.complain(`No write since last change (:${name}! overrides)`);
  }
  editor.session.at = -1;
  editor.leave({ all: false });
};

const write: Action = function* (editor, colon) {
  const { name, argument, forced } = colon;
  let file = editor.file;
  if (argument !== "") {
    const named = expand(editor, argument);
    if (named === undefined) return;
    const exists = !((yield* attempt(stat(named))) instanceof Errno);
    if (!forced && named !== file && exists) return editor.complain("File exists (:w! overrides)");
    file = named;
    editor.file ??= named;
  } else if (editor.isReadOnly && !forced && file !== undefined) return editor.complain(`'${file}' is read only`);
  const [from, to] = rangeOf(editor, colon, "all");
  const isNeeded = editor.document.modified !== 0 || name !== "x";
  const written = isNeeded ? yield* editor.write(file, from, to) : 0;
  if (written === undefined) return;
  // Of nothing the real one says that it is a line.
  const lines = written === 0 ? 1 : editor.text.slice(from, to).split("\n").length - 1;
  editor.say(`'${file}' ${lines}L, ${written}C`);
  if (isNeeded && from === 0 && to === editor.text.length) editor.clean();
  if (name === "wn") editor.leave({ all: false });
  else if (name === "x" || name === "wq") {
    if (editor.filesLeft > 0 && !forced) editor.complain(`${editor.filesLeft} more file(s) to edit`);
    else editor.leave({ all: forced });
  }
};

const edit: Action = function* (editor, { name, argument, forced }) {
  if (editor.document.modified !== 0 && !forced) {
    return editor.complain(`No write since last change (:${name}! overrides)`);
  }
  const file = argument === "" ? editor.file : expand(editor, argument);
  if (file === undefined) {
    if (argument === "") editor.complain("No current filename");
    return;
  }
  const size = yield* editor.open(file);
  const notes = (size === undefined ? " [New file]" : "") + (editor.isReadOnly ? " [Readonly]" : "");
  editor.say(`'${file}'${notes} ${editor.document.lineCount}L, ${editor.text.length}C`);
};

const read: Action = function* (editor, { argument, addressed, last }) {
  const { document, dot } = editor;
  const file = argument === "" ? editor.file : expand(editor, argument);
  if (file === undefined) {
    if (argument === "") editor.complain("No current filename");
    return;
  }
  editor.file ??= file;
  const found = yield* editor.read(file, { isFirst: false });
  if (found === undefined) return;
  const line = addressed.length > 0 ? last : document.lineNumber(dot);
  const at = line === 0 ? 0 : document.lineEnd(document.findLine(line)) + 1;
  const added = found === "" || found.endsWith("\n") ? found : `${found}\n`;
  document.insert(at, added, "alone");
  const lines = found.split("\n").length - (found.endsWith("\n") ? 1 : 0);
  editor.say(`'${file}'${editor.isReadOnly ? " [Readonly]" : ""} ${lines}L, ${found.length}C`);
  editor.dot = document.findLine(line + 1);
};

/** Another name, or what the status line says of the file. */
const name: Action = function* (editor, { argument, addressed }) {
  if (addressed.length > 0) return editor.complain("No address allowed on this command");
  if (argument === "") return editor.forgetStatus();
  const file = expand(editor, argument);
  if (file === undefined) return;
  editor.otherFile = editor.file;
  editor.file = file;
};

const equals: Action = function* (editor, { addressed, last }) {
  editor.say(String(addressed.length > 0 ? last : editor.document.lineNumber(editor.dot)));
};

/** Lines with what cannot be seen in them. */
const list: Action = function* (editor, colon) {
  const [from, to] = rangeOf(editor, colon, "line");
  yield* editor.screen.clearBottom();
  yield* editor.screen.write("\r\n");
  for (const character of editor.text.slice(from, to)) {
    const code = character.charCodeAt(0);
    if (character === "\n") yield* editor.screen.write("$\r\n");
    else if (code < 32 || code === 127)
      yield* editor.screen.write(code === 127 ? "^?" : `^${String.fromCharCode(code + 64)}`);
    else yield* editor.screen.write(character);
  }
  yield* editor.waitForReturn();
};

const set: Action = function* (editor, { argument }) {
  setOptions(editor, argument);
};

const version: Action = function* (editor) {
  editor.say(VERSION);
};

const ABBREVIATED: readonly (readonly [string, Action])[] = [
  ["delete", remove],
  ["edit", edit],
  ["file", name],
  ["list", list],
  ["quit", quit],
  ["next", quit],
  ["prev", quit],
  ["read", read],
  ["rewind", rewind],
  ["set", set],
  ["version", version],
  ["write", write],
  ["yank", yank],
];
const EXACT: ReadonlyMap<string, Action> = new Map([
  ["=", equals],
  ["wq", write],
  ["wn", write],
  ["x", write],
  // A single s is a substitution without anything to find.
  [
    "s",
    function* (editor: Editor) {
      editor.say(":s expression missing delimiters");
    },
  ],
]);

/** % is this file, # the one before. `undefined` with a message if there is none. */
function expand(editor: Editor, text: string): string | undefined {
  let isMissing = false;
  const expanded = text.replace(/\\(.)|[%#]/gs, (all, escaped: string | undefined) => {
    if (escaped !== undefined) return escaped;
    const file = all === "%" ? editor.file : editor.otherFile;
    isMissing ||= file === undefined;
    return file ?? "";
  });
  if (!isMissing) return expanded;
  editor.complain("No previous filename");
  return undefined;
}

function* runShell(editor: Editor, text: string): Routine<void> {
  const command = expand(editor, text);
  if (command === undefined) return;
  yield* editor.screen.clearBottom();
  yield* editor.suspendModes();
  const code = yield* runProgram(editor.io, ["/bin/sh", "-c", command]);
  if (code !== 0) yield* editor.io.out.write(`\nshell returned ${code * 256}\n\n`);
  yield* editor.resumeModes();
  yield* editor.waitForReturn();
}
