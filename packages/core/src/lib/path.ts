/** Lexical path operations: they look at the text only, never at a file system. Paths use `/`. */

/** Joins with single slashes and resolves `.` and `..` lexically; `""` becomes `.`. Go's path.Clean. */
export function clean(path: string): string {
  if (isClean(path)) return path;
  const rooted = path.startsWith("/");
  const kept: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") kept.push(part);
    else if (kept.length > 0 && kept[kept.length - 1] !== "..") kept.pop();
    else if (!rooted) kept.push("..");
  }
  const joined = kept.join("/");
  return rooted ? `/${joined}` : joined || ".";
}

const SLASH = 0x2f;
const DOT = 0x2e;

/** True for most paths that are clean: no part is empty or starts with a dot. */
function isClean(path: string): boolean {
  let before = 0;
  for (let i = 0; i < path.length; i++) {
    const code = path.charCodeAt(i);
    if ((code === SLASH && before === SLASH) || (code === DOT && (before === SLASH || before === 0))) return false;
    before = code;
  }
  return before !== SLASH && before !== 0;
}

/** `clean` of the non-empty parts joined by slashes. */
export function join(...parts: readonly string[]): string {
  let text = "";
  for (const part of parts) text += part === "" || text === "" || text.endsWith("/") ? part : `/${part}`;
  return clean(text);
}

/** Last component: `basename("/a/b/")` is `b`, `basename("/")` is `/`. */
export function basename(path: string): string {
  const trimmed = trimSlashes(path);
  return trimmed === "/" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** Everything before the last component: `dirname("a")` is `.`, `dirname("/a")` is `/`. */
export function dirname(path: string): string {
  const trimmed = trimSlashes(path);
  const slash = trimmed.lastIndexOf("/");
  if (slash < 0) return ".";
  return trimSlashes(trimmed.slice(0, slash)) || "/";
}

function trimSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === "/") end--;
  return path.slice(0, end);
}
