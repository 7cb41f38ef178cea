/** The executables that packages bring: which program each of them is. */
import { executable } from "../../abi/index.ts";
import { basename } from "../../lib/index.ts";
import { APPLET_NAMES } from "../../userland/index.ts";
import { TOOL_NAMES } from "../tools/names.ts";

/**
 * The bytes of an executable of that name: one of our own tools, an applet of busybox, or a stand-in that says what it
 * is.
 */
export function programFile(path: string): Uint8Array {
  const name = basename(path);
  if (TOOL_NAMES.has(name)) return executable(name);
  return executable(APPLET_NAMES.has(name) ? "busybox" : name);
}

/** Names that executables of packages have and that nobody has written a program for. */
export function standInNames(paths: Iterable<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of paths) {
    const name = basename(path);
    if (!TOOL_NAMES.has(name) && !APPLET_NAMES.has(name)) names.add(name);
  }
  return names;
}
