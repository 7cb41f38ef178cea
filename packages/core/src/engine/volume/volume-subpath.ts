/**
 * Parts of volumes: `--mount type=volume,src=data,dst=/x,volume-subpath=a/b`. What lies in a volume was put there by
 * containers: a link that leads out of it is refused, however it got there.
 *
 * @see moby internal/safepath, volume/mounts/mounts.go, Go path/filepath: IsLocal, EvalSymlinks
 */
import { Errno } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { clean, join, StatusError } from "../../lib/index.ts";
import { type Location, walk } from "../../vfs/index.ts";

/** @see Linux MAXSYMLINKS; Go's EvalSymlinks stops at 255 */
const LINKS_LIMIT = 255;

/** Whether a path, taken as a text, stays below where it begins. */
export function isLocalPath(path: string): boolean {
  if (path === "" || path.startsWith("/")) return false;
  let depth = 0;
  for (const name of path.split("/")) {
    if (name === "..") depth--;
    else if (name !== "" && name !== ".") depth++;
    if (depth < 0) return false;
  }
  return true;
}

/**
 * Where on the machine a part of a volume is, all links followed.
 *
 * @throws StatusError invalid-argument if it is not there, or outside of the volume
 */
export function resolveSubpath(kernel: Kernel, base: string, subpath: string): string {
  const path = join(base, clean(`/${subpath}`));
  const root = evaluate(kernel, base);
  const found = evaluate(kernel, path);
  if (found === root || found.startsWith(`${root}/`)) return found;
  throw new StatusError(
    "invalid-argument",
    `path concatenation escapes the base directory, base: ${base}, subpath: ${subpath}`,
  );
}

/** Follows every link, a component after the other, so that an error can name the one that is missing. */
function evaluate(kernel: Kernel, path: string): string {
  let done = "";
  let rest = path.split("/").filter((name) => name !== "" && name !== ".");
  for (let links = 0; rest.length > 0; ) {
    const [name = "", ...others] = rest;
    rest = others;
    if (name === "..") {
      done = done.slice(0, Math.max(0, done.lastIndexOf("/")));
      continue;
    }
    const { inode } = look(kernel, `${done}/${name}`, path);
    if (inode.type !== "symlink") {
      done = `${done}/${name}`;
      continue;
    }
    if (++links > LINKS_LIMIT) throw inaccessible(path, "EvalSymlinks: too many links");
    const target = inode.readlink();
    if (target.startsWith("/")) done = "";
    rest = [...target.split("/").filter((one) => one !== "" && one !== "."), ...rest];
  }
  return done === "" ? "/" : done;
}

function look(kernel: Kernel, path: string, shown: string): Location {
  try {
    return walk(kernel.init, path, { follow: false });
  } catch (error) {
    if (error instanceof Errno) throw inaccessible(shown, `lstat ${path}: ${error.message.toLowerCase()}`);
    throw error;
  }
}

function inaccessible(path: string, why: string): StatusError {
  return new StatusError("invalid-argument", `cannot access path ${path}: ${why}`);
}
