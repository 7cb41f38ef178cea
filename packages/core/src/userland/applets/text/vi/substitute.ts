/** :s, which replaces what a pattern finds. @see ex(1p) "Substitute" */
import { type Captures, captured, type Regex } from "../../../regex/index.ts";
import type { Editor } from "./editor.ts";

interface Lines {
  readonly addressed: readonly number[];
  readonly first: number;
  readonly last: number;
}

/** `rest` begins with the s. */
export function substitute(editor: Editor, rest: string, { addressed, first, last }: Lines): void {
  const delimiter = rest[1] ?? "";
  const parts = split(rest.slice(2), delimiter);
  if (parts === undefined) {
    editor.say(":s expression missing delimiters");
    return;
  }
  const [typed = "", replacement = "", flags = ""] = parts;
  if (typed !== "") editor.session.search = `/${typed}`;
  const pattern = editor.session.search.slice(1);
  if (pattern === "") {
    editor.complain("No previous search");
    return;
  }
  const regex = editor.compile(pattern);
  if (regex === undefined) {
    editor.say(":s bad search pattern");
    return;
  }
  const { document } = editor;
  const here = document.lineNumber(editor.dot);
  const [from, to] = addressed.length === 0 ? [here, here] : [addressed.length === 1 ? last : first, last];
  const isGlobal = flags.startsWith("g");
  let [count, lines] = [0, 0];
  // A newline that is put in makes lines: they are counted from the end.
  const behind = document.lineCount - to;
  for (let number = from; number <= document.lineCount - behind; number++) {
    const start = document.findLine(number);
    const line = editor.text.slice(start, document.lineEnd(start));
    const made = replaceIn(line, regex, replacement, isGlobal);
    if (made === undefined) continue;
    document.remove(start, start + line.length, count === 0 ? "alone" : "chained");
    document.insert(start, made.text, count === 0 && line === "" ? "alone" : "chained");
    count += made.count;
    lines++;
    editor.dot = start;
    number += made.text.split("\n").length - 1;
  }
  if (count === 0) {
    editor.complain("No match");
    return;
  }
  editor.dot = document.firstNonBlank(editor.dot);
  if (count > 1) editor.say(`${count} substitutions on ${lines} lines`);
}

/** What is between delimiters, of which those behind backslashes are none. `undefined` without a second part. */
function split(text: string, delimiter: string): readonly string[] | undefined {
  const parts = [""];
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? "";
    if (character === "\\" && at + 1 < text.length) parts[parts.length - 1] += character + (text[++at] ?? "");
    else if (character === delimiter && parts.length < 3) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.length < 2 || delimiter === "" ? undefined : parts;
}

function replaceIn(
  line: string,
  regex: Regex,
  replacement: string,
  isGlobal: boolean,
): { readonly text: string; readonly count: number } | undefined {
  let text = "";
  let count = 0;
  let at = 0;
  for (let found = regex.exec(line); found !== undefined; found = regex.exec(line, { start: at })) {
    const [start = 0, end = 0] = found;
    text += line.slice(at, start) + filled(line, found, replacement);
    count++;
    at = end;
    if (end === start) text += line[at++] ?? "";
    if (!isGlobal || at >= line.length) break;
  }
  return count === 0 ? undefined : { text: text + line.slice(at), count };
}

/** \0 to \9 stand for what was found; another character behind a backslash for itself. */
function filled(line: string, found: Captures, replacement: string): string {
  return replacement.replace(/\\(.)/gs, (_, character: string) => {
    if (!/\d/.test(character)) return character;
    const group = Number(character);
    return (found[2 * group] ?? -1) < 0 ? character : captured(line, found, group);
  });
}
