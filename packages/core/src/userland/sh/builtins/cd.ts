/** cd and pwd: the directory as the user got there, with or without symbolic links. @see cd(1p), pwd(1p) */
import { chdir, Errno, type Routine, stat } from "../../../abi/index.ts";
import { byteString, fromByteString } from "../../../lib/index.ts";
import { attempt } from "../../io.ts";
import { workingDirectory } from "../../working-directory.ts";
import { regular } from "../builtin.ts";
import { ShellError } from "../errors.ts";
import { print } from "../print.ts";
import type { Shell } from "../shell.ts";
import { type BuiltinOptions, readOptions } from "./options.ts";

export const cd = regular(function* (shell, { argv, out }): Routine<number> {
  const options = readOptions(argv, "LP");
  const physical = isPhysical(options);
  const [operand] = options.operands;
  const isBack = operand === "-";
  const name = operand === undefined ? "HOME" : isBack ? "OLDPWD" : undefined;
  const wanted = (name === undefined ? operand : shell.variables.get(name)) ?? "";
  const target = yield* findDirectory(shell, wanted);
  yield* change(shell, target.path, physical, wanted === "" ? "." : wanted);
  if (isBack || target.shows) yield* print(out, `${shell.directory}\n`);
  return 0;
});

export const pwd = regular(function* (shell, { argv, out }): Routine<number> {
  if (!isPhysical(readOptions(argv, "LP"))) yield* print(out, `${shell.directory}\n`);
  else {
    shell.physicalDirectory ??= yield* currentDirectory();
    yield* print(out, `${shell.physicalDirectory}\n`);
  }
  return 0;
});

/** The last of `-L` and `-P` counts. */
function isPhysical({ given }: BuiltinOptions): boolean {
  return given[given.length - 1]?.[0] === "P";
}

/** Looks for a relative directory in CDPATH; one that was found there is shown. */
function* findDirectory(shell: Shell, wanted: string): Routine<{ readonly path: string; readonly shows: boolean }> {
  if (wanted.startsWith("/") || /^\.\.?(?:\/|$)/.test(wanted)) return { path: wanted, shows: false };
  const name = wanted === "" ? "." : wanted;
  for (const entry of shell.variables.get("CDPATH")?.split(":") ?? []) {
    const path = entry === "" ? name : `${entry}/${name}`;
    const found = yield* attempt(stat(fromByteString(path)));
    if (!(found instanceof Errno) && found.type === "dir") return { path, shows: entry !== "" };
  }
  return { path: name, shows: false };
}

/** Changes the directory; `name` is what a message calls it. @throws ShellError */
function* change(shell: Shell, path: string, physical: boolean, name: string): Routine<void> {
  const logical = physical ? undefined : resolve(shell.directory, path);
  const result = yield* attempt(chdir(fromByteString(logical ?? path)));
  if (result instanceof Errno) throw new ShellError(`can't cd to ${name}: ${result.message}`);
  const { variables } = shell;
  variables.set("OLDPWD", shell.directory, { exported: true });
  shell.physicalDirectory = undefined;
  shell.directory = logical ?? (yield* currentDirectory());
  variables.set("PWD", shell.directory, { exported: true });
  shell.commands.directoryChanged();
}

/**
 * The absolute path of `path` seen from `directory`, with `.` and `..` taken out of the text. Two slashes at its start
 * stay two. `undefined` if the current directory is not known.
 */
function resolve(directory: string, path: string): string | undefined {
  if (directory === "" && !path.startsWith("/")) return undefined;
  const whole = path.startsWith("/") ? path : directory.endsWith("/") ? directory + path : `${directory}/${path}`;
  const parts: string[] = [];
  for (const part of whole.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return (/^\/\/(?!\/)/.test(path.startsWith("/") ? path : directory) ? "//" : "/") + parts.join("/");
}

/** Empty if it has no path. */
export function* currentDirectory(): Routine<string> {
  const path = yield* attempt(workingDirectory());
  return path instanceof Errno ? "" : byteString(path);
}
