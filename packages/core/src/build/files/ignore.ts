/**
 * .dockerignore: reading it, and asking whether a path is ignored.
 *
 * Later patterns win, `!` takes a path back, a directory's match covers what is below. `**` crosses directories.
 * Model: moby/patternmatcher and its ignorefile, whose detour over regular expressions shows in a few corners.
 */

import { goRegExp, trimSpace } from "../../lib/go/index.ts";
import { clean } from "../../lib/index.ts";
import { withoutBom } from "../dockerfile/directives.ts";
import { BuildError } from "../dockerfile/error.ts";
import { parseGlob } from "./glob.ts";

/** The patterns of an ignore file, cleaned, without comments and leading slashes. */
export function parseIgnoreFile(text: string): readonly string[] {
  const patterns: string[] = [];
  for (const line of withoutBom(text).split("\n")) {
    const trimmed = trimSpace(line);
    if (line.startsWith("#") || trimmed === "") continue;
    const inverted = trimmed.startsWith("!");
    const pattern = inverted ? trimSpace(trimmed.slice(1)) : trimmed;
    const cleaned = pattern === "" ? "" : clean(pattern);
    const relative = cleaned.length > 1 && cleaned.startsWith("/") ? cleaned.slice(1) : cleaned;
    patterns.push(inverted ? `!${relative}` : relative);
  }
  return patterns;
}

/** What the patterns said to a directory; makes asking for its entries cheap. */
export type ParentMatch = readonly boolean[];

interface Pattern {
  readonly text: string;
  readonly isExclusion: boolean;
  matches(path: string): boolean;
}

export class IgnoreMatcher {
  readonly #patterns: readonly Pattern[];

  /** @throws BuildError `illegal exclusion pattern: "!"` or `syntax error in pattern`. */
  constructor(patterns: Iterable<string>) {
    this.#patterns = [...patterns].map(trimSpace).filter(Boolean).map(toPattern);
  }

  /** Patterns become regular expressions when they are first asked. @throws BuildError `syntax error in pattern` */
  compile(): this {
    for (const pattern of this.#patterns) pattern.matches("");
    return this;
  }

  /** There are patterns that take paths back, so that an ignored directory must still be searched. */
  get hasExclusions(): boolean {
    return this.#patterns.some(({ isExclusion }) => isExclusion);
  }

  /** The patterns as they are compared: cleaned, without `!`. */
  get patterns(): readonly { readonly text: string; readonly isExclusion: boolean }[] {
    return this.#patterns;
  }

  /** True if a path is ignored, itself or with a directory above it. */
  matches(path: string): boolean {
    const parents = parentsOf(path);
    let matched = false;
    for (const pattern of this.#patterns) {
      if (pattern.isExclusion !== matched) continue;
      if (pattern.matches(path) || parents.some((parent) => pattern.matches(parent))) matched = !pattern.isExclusion;
    }
    return matched;
  }

  /** As `matches`, for a walk: `parent` is what the call for the directory above gave, undefined at the top. */
  matchBelow(path: string, parent?: ParentMatch): { readonly matched: boolean; readonly forEntries: ParentMatch } {
    const parents = parent === undefined ? parentsOf(path) : [];
    let matched = false;
    const forEntries = this.#patterns.map((pattern, i) => {
      const inherited = parent?.[i] === true;
      if (!inherited && pattern.isExclusion !== matched) return false;
      const match = inherited || pattern.matches(path) || parents.some((one) => pattern.matches(one));
      if (match) matched = !pattern.isExclusion;
      return match;
    });
    return { matched, forEntries };
  }
}

/** `a/b/c` is below `a` and `a/b`. */
function parentsOf(path: string): readonly string[] {
  const parents: string[] = [];
  const end = clean(path.slice(0, path.lastIndexOf("/") + 1));
  if (!path.includes("/") || end === ".") return parents;
  const parts = end.split("/");
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function toPattern(given: string): Pattern {
  const cleaned = clean(given);
  const isExclusion = cleaned.startsWith("!");
  const text = isExclusion ? cleaned.slice(1) : cleaned;
  if (text === "") throw new BuildError('illegal exclusion pattern: "!"');
  parseGlob(text);
  let compiled: ((path: string) => boolean) | undefined;
  return { text, isExclusion, matches: (path) => (compiled ??= compile(text))(path) };
}

/** A pattern as a predicate: an exact, prefix or suffix comparison where that is all it takes. */
function compile(pattern: string): (path: string) => boolean {
  const { source, kind } = translate([...pattern]);
  if (kind === "exact") return (path) => path === pattern;
  if (kind === "prefix") {
    const prefix = pattern.slice(0, -2);
    return (path) => path.startsWith(prefix);
  }
  if (kind === "suffix") {
    const suffix = pattern.slice(2);
    return (path) => path.endsWith(suffix) || (suffix.startsWith("/") && path === suffix.slice(1));
  }
  const regExp = goRegExp(`^${source}$`);
  if (regExp === undefined) throw new BuildError("syntax error in pattern");
  return (path) => regExp.test(path);
}

type MatchKind = "exact" | "prefix" | "suffix" | "regexp";

/** Also what stands in brackets is translated, so that `[*]` is not a star. */
function translate(characters: readonly string[]): { readonly source: string; readonly kind: MatchKind } {
  let source = "";
  let kind: MatchKind = "exact";
  for (let at = 0, count = 0; at < characters.length; at++, count++) {
    const character = characters[at] ?? "";
    if (character === "*" && characters[at + 1] === "*") {
      at += characters[at + 2] === "/" ? 2 : 1;
      if (at + 1 < characters.length) {
        source += "(.*/)?";
        kind = "regexp";
      } else if (kind === "exact") kind = "prefix";
      else {
        source += ".*";
        kind = "regexp";
      }
      if (count === 0) kind = "suffix";
    } else if (character === "*" || character === "?") {
      source += character === "*" ? "[^/]*" : "[^/]";
      kind = "regexp";
    } else if (".+()|{}$".includes(character)) source += `\\${character}`;
    else if (character === "\\") {
      source += `\\${characters[++at] ?? "\\"}`;
      kind = "regexp";
    } else {
      source += character;
      if (character === "[" || character === "]") kind = "regexp";
    }
  }
  return { source, kind };
}
