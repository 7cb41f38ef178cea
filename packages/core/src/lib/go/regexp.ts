/**
 * The small part of Go's regular expressions that patternmatcher makes, as a JavaScript one.
 *
 * Differences seen to: a `]` that closes nothing is literal, `.` stops at a newline only, `\` before a letter has Go's
 * meaning, groups have their names as `(?P<name>…)`. Unlike Go, `[:alpha:]`, `\p`, `\Q`, `\x` and flags are not known.
 */

/** Escapes of a letter that mean the same in both; `\A` and `\z` are JavaScript's `^` and `$`. */
const LETTERS = new Map([
  ["A", "^"],
  ["z", "$"],
  ["a", "\\x07"],
  ...[..."dDwWbBfnrtv"].map((letter) => [letter, `\\${letter}`] as const),
  ["s", "[\\t\\n\\f\\r ]"],
  ["S", "[^\\t\\n\\f\\r ]"],
]);

/** Undefined for a pattern that Go refuses. */
export function goRegExp(source: string): RegExp | undefined {
  let translated = "";
  const characters = [...source];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? "";
    if (character === "[") {
      const end = classEnd(characters, i);
      if (end === undefined) return undefined;
      translated += classSource(characters.slice(i, end));
      i = end - 1;
    } else if (characters.slice(i, i + 4).join("") === "(?P<") {
      translated += "(?<";
      i += 3;
    } else if (character === "\\") {
      const next = escapeSource(characters[++i]);
      if (next === undefined) return undefined;
      translated += next;
    } else if (character === ".") translated += "[^\\n]";
    else translated += "]/".includes(character) ? `\\${character}` : character;
  }
  try {
    return new RegExp(translated, "u");
  } catch {
    return undefined;
  }
}

function escapeSource(character: string | undefined): string | undefined {
  if (character === undefined) return undefined;
  if (/[a-zA-Z0-9]/.test(character)) return LETTERS.get(character);
  return /[\^$.*+?()[\]{}|/\\]/.test(character) ? `\\${character}` : character;
}

/** Just after the `]` of the class that opens at `start`; a `]` in first place does not close it. */
function classEnd(characters: readonly string[], start: number): number | undefined {
  let at = start + 1;
  if (characters[at] === "^") at++;
  for (let first = true; at < characters.length; at++, first = false) {
    if (characters[at] === "]" && !first) return at + 1;
    if (characters[at] === "\\") at++;
  }
  return undefined;
}

function classSource(characters: readonly string[]): string {
  const inner = characters.slice(1, -1);
  let source = inner[0] === "^" ? "[^" : "[";
  for (let i = inner[0] === "^" ? 1 : 0; i < inner.length; i++) {
    const character = inner[i] ?? "";
    if (character === "\\") source += `\\${inner[++i] ?? ""}`;
    else source += /[[\]^/|(){}.*+?$]/.test(character) ? `\\${character}` : character;
  }
  return `${source}]`;
}
