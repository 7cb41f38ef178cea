/** Pathname expansion. @see glob(7), POSIX.1-2017, Shell Command Language, 2.13.3 */
import { Errno, lstat, type Routine } from "../../abi/index.ts";
import { byteString, fromByteString } from "../../lib/index.ts";
import { readDirectory } from "../directory.ts";
import { attempt } from "../io.ts";
import { matches } from "./pattern.ts";
import { type Piece, patternOf } from "./split.ts";

/** The paths that a field matches, sorted by bytes; `undefined` if it is no pattern or matches nothing. */
export function* glob(pieces: readonly Piece[]): Routine<readonly string[] | undefined> {
  if (!hasSpecial(pieces)) return undefined;
  const pattern = patternOf(pieces);
  // A backslash with nothing behind it matches nothing.
  if ((/\\*$/.exec(pattern)?.[0].length ?? 0) % 2 === 1) return undefined;
  const found: string[] = [];
  yield* expand("", pattern, found);
  return found.length === 0 ? undefined : found.sort();
}

/** True if there may be something to expand: most words are none, and cost no system call. */
function hasSpecial(pieces: readonly Piece[]): boolean {
  const whole = pieces.map(({ text }) => text).join("");
  let offset = 0;
  for (const { text, quoted } of pieces) {
    if (!quoted) {
      for (let i = 0; i < text.length; i++) {
        const char = text[i];
        if (char === "*" || char === "?") return true;
        if (char === "[" && whole.includes("]", offset + i + 1)) return true;
        if (char === "\\") i++;
      }
    }
    offset += text.length;
  }
  return false;
}

/** Matches the components of `pattern` one by one below `directory`, which ends with a slash or is empty. */
function* expand(directory: string, pattern: string, found: string[]): Routine<void> {
  const { fixed, component, slashes, rest } = nextComponent(pattern);
  const here = directory + withoutEscapes(fixed);
  if (component === "") {
    if (here !== "" && !((yield* attempt(lstat(fromByteString(here)))) instanceof Errno)) found.push(here);
    return;
  }
  const hidden = component.startsWith(".") || component.startsWith("\\.");
  for (const name of yield* namesIn(here)) {
    if (name.startsWith(".") && !hidden) continue;
    if (!matches(component, name)) continue;
    if (slashes === "") found.push(here + name);
    else yield* expand(here + name + slashes, rest, found);
  }
}

interface Component {
  /** Whole components before it that are no patterns, with their slashes. */
  readonly fixed: string;
  /** The first component that is a pattern; empty if there is none. */
  readonly component: string;
  readonly slashes: string;
  readonly rest: string;
}

function nextComponent(pattern: string): Component {
  const parts = /((?:\\?[^/\\]|\\[^/])*)((?:\\?\/)*)/y;
  let fixed = "";
  for (let at = 0; at < pattern.length; ) {
    parts.lastIndex = at;
    const [whole = "", component = "", slashes = ""] = parts.exec(pattern) ?? [];
    if (whole === "") return { fixed: fixed + pattern.slice(at), component: "", slashes: "", rest: "" };
    at += whole.length;
    if (isPattern(component)) return { fixed, component, slashes: withoutEscapes(slashes), rest: pattern.slice(at) };
    fixed += whole;
  }
  return { fixed, component: "", slashes: "", rest: "" };
}

function isPattern(component: string): boolean {
  return /^(?:[^*?[\\]|\\.|\[(?!.*\]))*(?:[*?]|\[)/s.test(component);
}

const withoutEscapes = (text: string): string => text.replace(/\\(.)/gs, "$1");

function* namesIn(directory: string): Routine<readonly string[]> {
  const path = directory === "" ? "." : fromByteString(directory);
  const entries = yield* attempt(readDirectory(path));
  return entries instanceof Errno ? [] : entries.map(({ name }) => byteString(name));
}
