/** The executables that packages bring: which program each of them is. */
import { executable } from "../../abi/index.ts";
import { basename, encode } from "../../lib/index.ts";
import { APPLET_NAMES } from "../../userland/index.ts";
import { TOOL_NAMES } from "../tools/names.ts";
import { alpinePrograms } from "./alpine-index.ts";
import { debianPrograms } from "./debian-index.ts";

/** pip is a script of its Python. */
const PIP = `#!/usr/bin/python3
import sys
from pip._internal.cli.main import main
if __name__ == '__main__':
    sys.exit(main())
`;

/**
 * The bytes of an executable of that name: one of our own tools, an applet of busybox, or a stand-in that says what it
 * is. `python` is the program of the distribution's Python.
 */
export function programFile(path: string, { python = "python3" } = {}): Uint8Array {
  const name = basename(path);
  if (/^pip[\d.]*$/.test(name)) return encode(PIP);
  if (/^python3(\.\d+)?$/.test(name)) return executable(python);
  if (TOOL_NAMES.has(name)) return executable(name);
  return executable(APPLET_NAMES.has(name) ? "busybox" : name);
}

/** Names that executables have at these paths and that nobody has written a program for. */
export function standInNames(paths: Iterable<string>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const path of paths) {
    const name = basename(path);
    if (!TOOL_NAMES.has(name) && !APPLET_NAMES.has(name)) names.add(name);
  }
  return names;
}

let known: ReadonlySet<string> | undefined;

/** Those of all packages that the world has from the start. */
export function knownStandIns(): ReadonlySet<string> {
  known ??= standInNames([...debianPrograms(), ...alpinePrograms()]);
  return known;
}
