/** Lines as commands behind a colon name them: 3, ., $, 'a, /pattern/, %, 2,+3. @see ex(1p) "Addressing in ex" */
import type { Editor } from "./editor.ts";

export interface Addressed {
  /** Up to two lines, of which the last ones count. */
  readonly lines: readonly number[];
  /** What follows them. */
  readonly rest: string;
}

/** `undefined` with a message if a line cannot be found. */
export function readAddresses(editor: Editor, text: string): Addressed | undefined {
  const here = editor.dot;
  const lines: number[] = [];
  let rest = text.trimStart();
  if (rest.startsWith("%")) {
    lines.push(1, editor.document.lineCount);
    rest = rest.slice(1);
  } else {
    for (;;) {
      const address = new AddressReader(editor, rest);
      const line = address.read();
      if (line === "failed") {
        editor.dot = here;
        return undefined;
      }
      rest = address.rest;
      const separates = /^[ \t]*[,;]/.test(rest);
      if (line === undefined && !separates && lines.length === 0) break;
      lines.push(line ?? editor.document.lineNumber(editor.dot));
      if (!separates) break;
      rest = rest.trimStart();
      if (rest.startsWith(";")) editor.dot = editor.document.findLine(lines.at(-1) ?? 1);
      rest = rest.slice(1);
    }
  }
  editor.dot = here;
  return { lines: lines.slice(-2), rest: rest.trimStart() };
}

class AddressReader {
  readonly #editor: Editor;
  rest: string;

  constructor(editor: Editor, text: string) {
    this.#editor = editor;
    this.rest = text.trimStart();
  }

  /** A line; `undefined` if none is named. */
  read(): number | "failed" | undefined {
    const first = this.#base();
    if (first === "failed") return first;
    let line = first;
    for (;;) {
      const [all, sign = "", digits = ""] = /^[ \t]*([-+]?)(\d*)/.exec(this.rest) ?? [""];
      if (sign === "" && (digits === "" || line === undefined)) return line;
      this.rest = this.rest.slice(all.length);
      const distance = digits === "" ? 1 : Number(digits);
      line = (line ?? this.#editor.document.lineNumber(this.#editor.dot)) + (sign === "-" ? -distance : distance);
    }
  }

  #base(): number | "failed" | undefined {
    const { document, dot, marks } = this.#editor;
    const [first = ""] = this.rest;
    const digits = /^\d+/.exec(this.rest)?.[0];
    if (digits !== undefined) {
      this.rest = this.rest.slice(digits.length);
      return Number(digits);
    }
    if (first === "." || first === "$") {
      this.rest = this.rest.slice(1);
      return first === "." ? document.lineNumber(dot) : document.lineCount;
    }
    if (first === "'") {
      const at = marks.get((this.rest[1] ?? "").toLowerCase());
      this.rest = this.rest.slice(2);
      if (at !== undefined) return document.lineNumber(document.bound(at));
      this.#editor.complain("Mark not set");
      return "failed";
    }
    return first === "/" || first === "?" ? this.#search(first) : undefined;
  }

  #search(delimiter: string): number | "failed" {
    const editor = this.#editor;
    const end = this.rest.indexOf(delimiter, 1);
    const pattern = end < 0 ? this.rest.slice(1) : this.rest.slice(1, end);
    this.rest = end < 0 ? "" : this.rest.slice(end + 1);
    if (pattern !== "") editor.session.search = delimiter + pattern;
    const { document, dot } = editor;
    const from = delimiter === "/" ? document.nextLine(dot) : document.lineStart(dot) - 1;
    const found = editor.find(editor.session.search.slice(1), from, delimiter === "/" ? 1 : -1);
    if (found !== undefined) return document.lineNumber(found);
    editor.complain("Pattern not found");
    return "failed";
  }
}
