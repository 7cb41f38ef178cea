/** How libbb and libc cut paths apart and put them together; text only. */

/** The last component; slashes behind it do not count. `/` for the root, `""` for `""`. */
export function lastComponent(path: string): string {
  const stripped = path.replace(/\/+$/, "");
  if (stripped === "") return path.startsWith("/") ? "/" : "";
  return stripped.slice(stripped.lastIndexOf("/") + 1);
}

/** `directory/name` with one slash between them; the name alone without a directory. */
export function joinPath(directory: string, name: string): string {
  const tail = name.startsWith("/") ? name.replace(/^\/+/, "") : name;
  if (directory === "") return tail;
  return directory.endsWith("/") ? `${directory}${tail}` : `${directory}/${tail}`;
}

/** dirname(3) of glibc, which keeps exactly two leading slashes. */
export function parentPath(path: string): string {
  const stripped = path.length > 1 ? path.replace(/\/+$/, "") : path;
  if (stripped === "") return path === "//" ? "//" : path === "" ? "." : "/";
  const slash = stripped.lastIndexOf("/");
  if (slash < 0) return ".";
  const parent = stripped.slice(0, slash).replace(/\/+$/, "");
  if (parent !== "") return parent;
  return slash === 1 ? "//" : "/";
}

/** The path without the slashes at its end; the root stays. */
export function withoutTrailingSlashes(path: string): string {
  return path.replace(/(?!^)\/+$/, "");
}
