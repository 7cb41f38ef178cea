/** Words, as vi's w, b, e and their large kin step over them. */
type Kind = "blank" | "word" | "punctuation";

function kindOf(character: string, large: boolean): Kind {
  if (/\s/.test(character)) return "blank";
  return large || /[0-9A-Za-z_]/.test(character) ? "word" : "punctuation";
}

/** The beginning of the next word, or of an empty line. */
export function nextWord(text: string, from: number, large: boolean): number {
  const last = text.length - 1;
  let at = from;
  const kind = kindOf(text[at] ?? "", large);
  if (kind !== "blank") while (at < last && kindOf(text[at] ?? "", large) === kind) at++;
  for (let newlines = 0; at < last && kindOf(text[at] ?? "", large) === "blank"; at++) {
    if (text[at] === "\n" && ++newlines > 1) break;
  }
  return at;
}

/** The beginning of this word, or of the one before. */
export function previousWord(text: string, from: number, large: boolean): number {
  let at = from - 1;
  while (at > 0 && kindOf(text[at] ?? "", large) === "blank") at--;
  if (at <= 0) return 0;
  const kind = kindOf(text[at] ?? "", large);
  while (at > 0 && kindOf(text[at - 1] ?? "", large) === kind) at--;
  return at;
}

/** The end of this word, or of the next one. */
export function endOfWord(text: string, from: number, large: boolean): number {
  const last = text.length - 1;
  let at = Math.min(from + 1, last);
  while (at < last && kindOf(text[at] ?? "", large) === "blank") at++;
  const kind = kindOf(text[at] ?? "", large);
  while (at < last && kind !== "blank" && kindOf(text[at + 1] ?? "", large) === kind) at++;
  return at;
}

const PAIRS = "()[]{}";

/** The bracket that belongs to the first one at or behind `from` in its line. */
export function matchingBracket(text: string, from: number): number | undefined {
  let at = from;
  while (at < text.length && text[at] !== "\n" && !PAIRS.includes(text[at] ?? "")) at++;
  const own = text[at] ?? "";
  const index = PAIRS.indexOf(own);
  if (index < 0 || own === "") return undefined;
  const other = PAIRS[index ^ 1];
  const step = index % 2 === 0 ? 1 : -1;
  let depth = 0;
  for (let place = at; place >= 0 && place < text.length; place += step) {
    if (text[place] === own) depth++;
    else if (text[place] === other && --depth === 0) return place;
  }
  return undefined;
}

/** The empty line before the next or previous paragraph, or the end of the text. */
export function paragraph(text: string, from: number, step: 1 | -1): number {
  const isEmptyLine = (at: number): boolean => text[at] === "\n" && (at === 0 || text[at - 1] === "\n");
  let at = from;
  while (isEmptyLine(at) && at + step >= 0 && at + step < text.length) at += step;
  while (at + step >= 0 && at + step < text.length && !isEmptyLine(at)) at += step;
  return at;
}
