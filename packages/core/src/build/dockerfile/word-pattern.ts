/**
 * The patterns of `${NAME#pattern}`, `%` and `/`: `*` and `?`, with a backslash to take them literally.
 *
 * `[ab]` is literal, unlike in a shell, and a wildcard matches no newline. Model: BuildKit's shell/lex.go, which goes
 * through Go's regexp; what Go's ReplaceAllString does with `$` in a replacement is visible and kept.
 */
import { BuildError } from "./error.ts";

interface Matching {
  /** `*` takes as much as it can. */
  readonly greedy: boolean;
  readonly anchored: boolean;
}

/** The value without the shortest (or longest) beginning that matches. */
export function trimPrefix(pattern: string, value: string, greedy: boolean): string {
  const match = compile(pattern, { greedy, anchored: true }).exec(value);
  return match === null ? value : value.slice(match[0].length);
}

/** The value without the shortest (or longest) end that matches: `trimPrefix` in a mirror. */
export function trimSuffix(pattern: string, value: string, greedy: boolean): string {
  return reverse(trimPrefix(reversePattern(pattern), reverse(value), greedy));
}

/** The value with the first match replaced; the replacement is taken literally. */
export function replaceFirst(pattern: string, replacement: string, value: string): string {
  const match = compile(pattern, { greedy: true, anchored: false }).exec(value);
  if (match === null) return value;
  return value.slice(0, match.index) + replacement + value.slice(match.index + match[0].length);
}

/** The value with every match replaced; `$0` in the replacement is the match, any other `$NAME` nothing. */
export function replaceAll(pattern: string, replacement: string, value: string): string {
  const matcher = new RegExp(compile(pattern, { greedy: true, anchored: false }).source, "gu");
  let replaced = "";
  let copied = 0;
  for (const match of value.matchAll(matcher)) {
    const end = match.index + match[0].length;
    // Go ignores an empty match that touches the match before it.
    if (match[0] === "" && match.index === copied && copied > 0) continue;
    replaced += value.slice(copied, match.index) + fillTemplate(replacement, match[0]);
    copied = end;
  }
  return replaced + value.slice(copied);
}

function fillTemplate(template: string, match: string): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|([\p{L}\p{Nd}_]+))/gu, (all, braced?: string, plain?: string) => {
    if (all === "$$") return "$";
    return (braced ?? plain) === "0" ? match : "";
  });
}

function compile(pattern: string, { greedy, anchored }: Matching): RegExp {
  let source = anchored ? "^" : "";
  const characters = [...pattern];
  for (let i = 0; i < characters.length; i++) {
    const character = characters[i] ?? "";
    if (character === "*") source += greedy ? "[^\\n]*" : "[^\\n]*?";
    else if (character === "?") source += "[^\\n]";
    else if (character !== "\\") source += literal(character);
    else if (characters[i + 1] !== "}" && characters[i + 1] !== "/") {
      const next = characters[++i] ?? "\ufffd";
      if (next !== "*" && next !== "?" && next !== "\\")
        throw new BuildError(`invalid pattern (${pattern}) in substitution: invalid escape '\\${next}'`);
      source += `\\${next}`;
    }
  }
  return new RegExp(source, "u");
}

function literal(character: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

/** Keeps `\*` together, so that it still escapes. */
function reversePattern(pattern: string): string {
  const characters = [...pattern];
  let reversed = "";
  for (let i = 0; i < characters.length; i++) {
    let unit = characters[i] ?? "";
    if (unit === "\\" && i !== characters.length - 1) unit += characters[++i] ?? "";
    reversed = unit + reversed;
  }
  return reversed;
}

function reverse(text: string): string {
  return [...text].reverse().join("");
}
