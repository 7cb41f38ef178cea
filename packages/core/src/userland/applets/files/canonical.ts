/**
 * Canonical paths: realpath(3), and its kinder form whose last component need not exist.
 *
 * @see realpath(3), readlink(1)
 */
import { Errno, lstat, type Routine, readlink } from "../../../abi/index.ts";
import { attempt } from "../../io.ts";
import { workingDirectory } from "../../working-directory.ts";
import { joinPath, parentPath } from "./paths.ts";

/** As many as the kernel follows in one path. */
const MAX_LINKS = 40;

/** The absolute path without links, `.` and `..`. @throws ENOENT, ENOTDIR, EACCES, ELOOP */
export function* realPath(path: string): Routine<string> {
  if (path === "") throw new Errno("ENOENT");
  let resolved = path.startsWith("/") ? "/" : yield* workingDirectory();
  let pending = path.split("/");
  let links = 0;
  let isDirectory = true;
  for (let name = pending.shift(); name !== undefined; name = pending.shift()) {
    // A component follows, be it an empty one behind a slash: what is before it must be a directory.
    if (!isDirectory) throw new Errno("ENOTDIR");
    if (name === "" || name === ".") continue;
    if (name === "..") {
      resolved = parentPath(resolved);
      continue;
    }
    const next = joinPath(resolved, name);
    const { type } = yield* lstat(next);
    if (type !== "symlink") {
      resolved = next;
      isDirectory = type === "dir";
      continue;
    }
    if (++links > MAX_LINKS) throw new Errno("ELOOP");
    const target = yield* readlink(next);
    if (target.startsWith("/")) resolved = "/";
    pending = [...target.split("/"), ...pending];
  }
  return resolved;
}

/**
 * `realPath`, but the last component, or what a dangling link there names, may be missing. A name without a slash may
 * not: that is how busybox has it.
 *
 * @throws ENOENT, ENOTDIR, EACCES, ELOOP
 */
export function* realPathOfNew(path: string): Routine<string> {
  const real = yield* attempt(realPath(path));
  if (!(real instanceof Errno)) return real;
  if (real.code !== "ENOENT") throw real;
  const target = yield* attempt(readlink(path));
  if (!(target instanceof Errno)) {
    return yield* realPathOfNew(target.startsWith("/") ? target : joinPath(yield* workingDirectory(), target));
  }
  const stripped = path.replace(/^\/+/, "/").replace(/(?!^)\/+$/, "");
  const slash = stripped.lastIndexOf("/");
  if (slash < 0) throw real;
  if (slash === 0) return stripped;
  return `${yield* realPath(stripped.slice(0, slash))}/${stripped.slice(slash + 1)}`;
}
