/**
 * Shell patterns over one path: `*`, `?`, `[a-z]`, `[^a-z]`, backslash. None of them matches a `/`.
 *
 * Used for the sources of COPY and ADD, and to check the patterns of .dockerignore. Model: Go's filepath.Match.
 */
import { BuildError } from "../dockerfile/error.ts";

/** What one element of a pattern matches. */
type Element =
  | { readonly kind: "star" }
  | { readonly kind: "any" }
  | { readonly kind: "literal"; readonly character: string }
  | {
      readonly kind: "class";
      readonly negated: boolean;
      readonly ranges: readonly (readonly [low: string, high: string])[];
    };

/** True if the whole name matches. @throws BuildError `syntax error in pattern` */
export function matchGlob(pattern: string, name: string): boolean {
  return matchElements(parseGlob(pattern), [...name]);
}

/** True if a text has a wildcard in it that no backslash takes back; only then BuildKit looks for several files. */
export function hasWildcards(text: string): boolean {
  return /^(?:\\.|[^\\*?[])*[*?[]/s.test(text);
}

/** The elements of a pattern. @throws BuildError `syntax error in pattern` */
export function parseGlob(pattern: string): readonly Element[] {
  const characters = [...pattern];
  const elements: Element[] = [];
  for (let at = 0; at < characters.length; ) {
    const character = characters[at] ?? "";
    if (character === "[") {
      const [element, end] = parseClass(characters, at + 1);
      elements.push(element);
      at = end;
    } else if (character === "*") {
      elements.push({ kind: "star" });
      at++;
    } else if (character === "?") {
      elements.push({ kind: "any" });
      at++;
    } else {
      const [literal, end] = character === "\\" ? escaped(characters, at) : [character, at + 1];
      elements.push({ kind: "literal", character: literal });
      at = end;
    }
  }
  return elements;
}

function parseClass(characters: readonly string[], start: number): readonly [element: Element, end: number] {
  const negated = characters[start] === "^";
  const ranges: [string, string][] = [];
  for (let at = negated ? start + 1 : start; ; ) {
    if (characters[at] === "]" && ranges.length > 0) return [{ kind: "class", negated, ranges }, at + 1];
    const [low, afterLow] = classCharacter(characters, at);
    const isRange = characters[afterLow] === "-";
    const [high, end] = isRange ? classCharacter(characters, afterLow + 1) : [low, afterLow];
    ranges.push([low, high]);
    at = end;
  }
}

function classCharacter(characters: readonly string[], at: number): readonly [character: string, end: number] {
  const character = characters[at];
  if (character === undefined || character === "-" || character === "]") throw badPattern();
  const [read, end] = character === "\\" ? escaped(characters, at) : [character, at + 1];
  if (end >= characters.length) throw badPattern();
  return [read, end];
}

function escaped(characters: readonly string[], at: number): readonly [character: string, end: number] {
  const next = characters[at + 1];
  if (next === undefined) throw badPattern();
  return [next, at + 2];
}

function badPattern(): BuildError {
  return new BuildError("syntax error in pattern");
}

/** Backtracks to the last star only, which is enough: a later star can make up for whatever an earlier one took. */
function matchElements(elements: readonly Element[], name: readonly string[]): boolean {
  let element = 0;
  let at = 0;
  let starElement = -1;
  let starAt = 0;
  while (at < name.length) {
    const current = elements[element];
    if (current?.kind === "star") {
      starElement = element++;
      starAt = at;
    } else if (current !== undefined && matchesOne(current, name[at] ?? "")) {
      element++;
      at++;
    } else if (starElement >= 0 && name[starAt] !== "/") {
      element = starElement + 1;
      at = ++starAt;
    } else return false;
  }
  return elements.slice(element).every(({ kind }) => kind === "star");
}

function matchesOne(element: Element, character: string): boolean {
  switch (element.kind) {
    case "star":
      return false;
    case "any":
      return character !== "/";
    case "literal":
      return character === element.character;
    case "class":
      return element.ranges.some(([low, high]) => isBetween(character, low, high)) !== element.negated;
  }
}

function isBetween(character: string, low: string, high: string): boolean {
  const point = character.codePointAt(0) ?? 0;
  return (low.codePointAt(0) ?? 0) <= point && point <= (high.codePointAt(0) ?? 0);
}
