/** Finds what a command's name means: a function, a built-in, an applet, or a file in PATH. */
import { access, Errno, type Routine, stat, X_OK } from "../../abi/index.ts";
import { fromByteString } from "../../lib/index.ts";
import { attempt } from "../io.ts";
import { literal, type Node } from "./ast.ts";
import type { Builtin } from "./builtin.ts";
import { isName } from "./characters.ts";
import type { Shell, ShellFunction } from "./shell.ts";

export type Found =
  | { readonly kind: "function"; readonly definition: ShellFunction }
  | { readonly kind: "builtin"; readonly builtin: Builtin }
  | { readonly kind: "applet" }
  /** `index` is the place in PATH; -1 for a name with a slash. */
  | { readonly kind: "file"; readonly index: number }
  /** Why it cannot be run, if there was something with that name. */
  | { readonly kind: "nothing"; readonly error: Errno | undefined };

/** PATH for `command -p`. */
export const DEFAULT_PATH = "/sbin:/usr/sbin:/bin:/usr/bin";

/** What needs no search: a function or a built-in. */
export function findInShell(
  shell: Shell,
  name: string,
  options: { readonly functions: boolean } = { functions: true },
): Found | undefined {
  const definition = options.functions ? shell.functions.get(name) : undefined;
  if (definition !== undefined) return { kind: "function", definition };
  const builtin = shell.engine.builtins.get(name);
  return builtin === undefined ? undefined : { kind: "builtin", builtin };
}

/** Looks for a command everywhere. What is found in the shell's own PATH is remembered. */
export function* findCommand(
  shell: Shell,
  name: string,
  options: { readonly functions?: boolean; readonly path?: string | undefined } = {},
): Routine<Found> {
  if (name.includes("/")) return { kind: "file", index: -1 };
  const inShell = findInShell(shell, name, { functions: options.functions ?? true });
  if (inShell !== undefined) return inShell;
  if (shell.engine.applets.has(name)) return { kind: "applet" };
  const path = shell.variables.get("PATH") ?? "";
  if (options.path !== undefined && options.path !== path) return yield* search(name, options.path, undefined);
  const known = shell.commands.get(name);
  if (known !== undefined && !known.stale) return { kind: "file", index: known.index };
  const found = yield* search(name, path, known?.index);
  if (found.kind === "file") shell.commands.set(name, found.index);
  else shell.commands.delete(name);
  return found;
}

/** The path of a command at a place of PATH. */
export function pathOf(name: string, path: string, index: number): string {
  const directory = path.split(":")[index] ?? "";
  return directory === "" ? name : `${directory}/${name}`;
}

/** Looks through PATH. An absolute directory where it was found before is believed; those before it still lack it. */
function* search(name: string, path: string, known: number | undefined): Routine<Found> {
  let error: Errno | undefined;
  for (const index of path.split(":").keys()) {
    const file = pathOf(name, path, index);
    if (known !== undefined && file.startsWith("/") && index <= known) {
      if (index < known) continue;
      return { kind: "file", index };
    }
    const found = yield* attempt(stat(fromByteString(file)));
    if (found instanceof Errno) {
      if (found.code !== "ENOENT" && found.code !== "ENOTDIR") error = found;
    } else if (found.type === "file" && (yield* isExecutable(file))) return { kind: "file", index };
    else error = new Errno("EACCES");
  }
  return { kind: "nothing", error };
}

/** True if the user may execute the file. */
export function* isExecutable(file: string): Routine<boolean> {
  return !((yield* attempt(access(fromByteString(file), X_OK))) instanceof Errno);
}

/** Looks for a pipeline's command before the fork, so that the shell itself remembers where it was. */
export function* prehash(shell: Shell, node: Node): Routine<void> {
  if (node.kind !== "simple" || node.words[0] === undefined) return;
  const name = literal(node.words[0]);
  if (name !== undefined && isName(name)) yield* findCommand(shell, name);
}
