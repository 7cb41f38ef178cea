/** Where keys take the cursor. */
import type { Routine } from "../../../../abi/index.ts";
import type { Key } from "../../../keys.ts";
import type { Editor } from "./editor.ts";
import { endOfWord, matchingBracket, nextWord, paragraph, previousWord } from "./words.ts";

/** How far an operator reaches with a motion: whole lines, up to its place, or with what stands there. */
export type Reach = "lines" | "before" | "with";

export interface Motion {
  readonly reach: Reach;
  /** The new place; `undefined` if there is none. Sets the column if it is one that up and down keep to. */
  readonly go: (editor: Editor, count: number, key: string) => Routine<number | undefined>;
  /** '' leads back to where one was before. */
  readonly isJump?: boolean;
  /** Up and down keep to the column, or the motion sets one. */
  readonly keepsColumn?: boolean;
}

const simple = (reach: Reach, go: (editor: Editor, count: number) => number | undefined): Motion => ({
  reach,
  *go(editor, count) {
    return go(editor, count);
  },
});

const repeated =
  (step: (editor: Editor, at: number) => number) =>
  (editor: Editor, count: number): number => {
    let at = editor.dot;
    for (let left = Math.max(1, count); left > 0; left--) at = step(editor, at);
    return at;
  };

/** The place in a column of a line, or its end. */
function inColumn(editor: Editor, at: number, column: number): number {
  const { document, screen, text } = editor;
  const end = document.lineEnd(at);
  let place = document.lineStart(at);
  let reached = 0;
  while (place < end) {
    reached = screen.next(text[place] ?? "", reached);
    if (reached > column) break;
    place++;
  }
  return place === end && end > document.lineStart(at) ? end - 1 : place;
}

const vertical = (step: 1 | -1, toText: boolean): Motion => ({
  reach: "lines",
  keepsColumn: !toText,
  *go(editor, count) {
    const { document } = editor;
    let at = editor.dot;
    for (let left = Math.max(1, count); left > 0; left--) {
      if (step > 0 ? document.isLastLine(at) : document.lineStart(at) === 0) return undefined;
      at = step > 0 ? document.nextLine(at) : document.previousLine(at);
    }
    return toText ? document.firstNonBlank(at) : inColumn(editor, at, editor.column);
  },
});

const left = simple(
  "before",
  repeated(({ text }, at) => (at > 0 && text[at - 1] !== "\n" ? at - 1 : at)),
);
const right = simple(
  "before",
  repeated(({ text }, at) => (text[at] === "\n" ? at : at + 1)),
);
const lineStart = simple("before", ({ document, dot }) => document.lineStart(dot));
const lineEnd: Motion = {
  reach: "with",
  keepsColumn: true,
  *go(editor, count) {
    const { document } = editor;
    let at = document.lineEnd(editor.dot);
    for (let left = count; left > 1; left--) at = document.lineEnd(document.nextLine(at));
    editor.column = Number.POSITIVE_INFINITY;
    return Math.max(document.lineStart(at), at - 1);
  },
};
export const toLine: Motion = {
  reach: "lines",
  isJump: true,
  *go({ document, text }, count) {
    return document.firstNonBlank(count > 0 ? document.findLine(count) : text.length - 1);
  },
};
const words = (reach: Reach, step: typeof nextWord, large: boolean): Motion =>
  simple(
    reach,
    repeated(({ text }, at) => step(text, at, large)),
  );

/** f, F, t, T and their repetitions: within the line. */
const toCharacter: Motion = {
  reach: "with",
  *go(editor, count, key) {
    const { session } = editor;
    if (key !== ";" && key !== ",") session.sought = { character: yield* editor.character(), key };
    const { character, key: last } = session.sought;
    const opposite = last === last.toLowerCase() ? last.toUpperCase() : last.toLowerCase();
    return characterPlace(editor, character, key === "," ? opposite : last, Math.max(1, count));
  },
};

function characterPlace(editor: Editor, character: string, kind: string, count: number): number | undefined {
  const { document, text, dot } = editor;
  const step = kind === kind.toLowerCase() ? 1 : -1;
  const stopsShort = kind.toLowerCase() === "t";
  const [first, last] = [document.lineStart(dot), document.lineEnd(dot)];
  let at = dot;
  for (let left = count; left > 0; left--) {
    do at += step;
    while (at >= first && at < last && text[at] !== character);
    if (at < first || at >= last) return undefined;
  }
  return stopsShort ? at - step : at;
}

/** A pattern, asked for or the last one. */
const search: Motion = {
  reach: "before",
  isJump: true,
  *go(editor, count, key) {
    const { session } = editor;
    if (key === "/" || key === "?") {
      const typed = yield* editor.askLine(key);
      if (typed === "") return editor.dot;
      session.search = typed.length > 1 ? typed : key + session.search.slice(1);
    }
    const pattern = session.search.slice(1);
    if (pattern === "") {
      editor.complain("No previous search");
      return editor.dot;
    }
    const forward = session.search.startsWith("/") === (key !== "N");
    let at = editor.dot;
    for (let left = Math.max(1, count); left > 0; left--) {
      const found = editor.find(pattern, forward ? at + 1 : at - 1, forward ? 1 : -1);
      if (found === undefined) {
        editor.complain("Pattern not found");
        return editor.dot;
      }
      if (forward ? found <= at : found >= at)
        editor.complain(`search hit ${forward ? "BOTTOM" : "TOP"}, continuing at ${forward ? "TOP" : "BOTTOM"}`);
      at = found;
    }
    return at;
  },
};

const toMark: Motion = {
  reach: "lines",
  isJump: true,
  *go(editor) {
    const letter = (yield* editor.character()).toLowerCase();
    const at = editor.marks.get(letter);
    if (at === undefined) return letter === "'" ? editor.document.firstNonBlank(0) : undefined;
    return editor.document.firstNonBlank(editor.document.bound(at));
  },
};

const onScreen = (place: (editor: Editor, count: number) => number): Motion => ({
  reach: "lines",
  isJump: true,
  *go(editor, count) {
    return editor.document.firstNonBlank(place(editor, count));
  },
});

/** Where the text ends before that, its very end. */
const toMiddle: Motion = {
  reach: "lines",
  isJump: true,
  *go({ document, screen, text }) {
    let at = screen.top;
    for (let row = 0; row < Math.floor((screen.rows - 1) / 2); row++) at = document.nextLine(at);
    return text[at] === "\n" ? at : document.firstNonBlank(at);
  },
};

const atParagraph = (step: 1 | -1): Motion => ({
  reach: "before",
  isJump: true,
  *go(editor, count) {
    let at = editor.dot;
    for (let left = Math.max(1, count); left > 0; left--) at = paragraph(editor.text, at, step);
    return at;
  },
});

const bracket: Motion = {
  reach: "with",
  isJump: true,
  *go({ text, dot }) {
    return matchingBracket(text, dot);
  },
};

const MOTIONS: ReadonlyMap<string, Motion> = new Map<string, Motion>([
  ...["h", "\b", "\x7f", "left"].map((key) => [key, left] as const),
  ...["l", " ", "right"].map((key) => [key, right] as const),
  ...["j", "\n", "down"].map((key) => [key, vertical(1, false)] as const),
  ...["k", "up"].map((key) => [key, vertical(-1, false)] as const),
  ...["+", "\r"].map((key) => [key, vertical(1, true)] as const),
  ["-", vertical(-1, true)],
  ["0", lineStart],
  ["home", lineStart],
  ["^", simple("before", ({ document, dot }) => document.firstNonBlank(dot))],
  ["$", lineEnd],
  ["end", lineEnd],
  ["|", simple("before", (editor, count) => inColumn(editor, editor.dot, count - 1))],
  ["w", words("before", nextWord, false)],
  ["W", words("before", nextWord, true)],
  ["b", words("before", previousWord, false)],
  ["B", words("before", previousWord, true)],
  ["e", words("with", endOfWord, false)],
  ["E", words("with", endOfWord, true)],
  ["G", toLine],
  ["%", bracket],
  ["'", toMark],
  ["{", atParagraph(-1)],
  ["}", atParagraph(1)],
  ...["f", "F", "t", "T", ";", ","].map((key) => [key, toCharacter] as const),
  ...["/", "?", "n", "N"].map((key) => [key, search] as const),
  [
    "H",
    onScreen(({ document, screen }, count) =>
      document.findLine(document.lineNumber(screen.top) + Math.max(0, Math.min(count, screen.rows - 1) - 1)),
    ),
  ],
  [
    "L",
    onScreen(({ document, screen }, count) =>
      document.findLine(Math.max(1, document.lineNumber(screen.bottom()) - Math.max(0, count - 1))),
    ),
  ],
  ["M", toMiddle],
]);

export const nameOfKey = (key: Key): string => (typeof key === "string" ? key : "name" in key ? key.name : "");

export const motionOf = (key: string): Motion | undefined => MOTIONS.get(key);
