/** command, type, hash: what a name means. @see command(1p), type(1p), hash(1p) */
import { Errno, type Routine, stat } from "../../../abi/index.ts";
import { fromByteString } from "../../../lib/index.ts";
import { attempt, type Output } from "../../io.ts";
import { regular } from "../builtin.ts";
import { KEYWORDS } from "../characters.ts";
import { DEFAULT_PATH, findCommand, isExecutable, pathOf } from "../find-command.ts";
import { print } from "../print.ts";
import type { Shell } from "../shell.ts";
import { quote } from "../trace.ts";
import { readOptions } from "./options.ts";

/** `command name` never gets here: the executor takes the word away. */
export const command = regular(function* (shell, { argv, out }): Routine<number> {
  const { given, operands } = readOptions(argv, "pvV");
  const has = (letter: string): boolean => given.some(([one]) => one === letter);
  const [name] = operands;
  if (name === undefined) return 0;
  return yield* describe(shell, name, out, { verbose: has("V"), path: has("p") ? DEFAULT_PATH : undefined });
});

export const type = regular(function* (shell, { argv, out }): Routine<number> {
  const verbose = argv[1]?.startsWith("-") !== true;
  let status = 0;
  for (const name of argv.slice(verbose ? 1 : 2))
    status |= yield* describe(shell, name, out, { verbose, path: undefined });
  return status;
});

export const hash = regular(function* (shell, { argv, out }): Routine<number> {
  const { given, operands } = readOptions(argv, "r");
  if (given.length > 0) {
    shell.commands.clear();
    return 0;
  }
  const path = shell.variables.get("PATH") ?? "";
  if (operands.length === 0) {
    for (const [name, { index, stale }] of shell.commands.entries()) {
      yield* print(out, `${pathOf(name, path, index)}${stale ? "*" : ""}\n`);
    }
    return 0;
  }
  let status = 0;
  for (const name of operands) {
    shell.commands.delete(name);
    const found = yield* findCommand(shell, name);
    if (found.kind !== "nothing") continue;
    yield* shell.warn(`${name}: ${found.error?.message ?? "not found"}`);
    status = 1;
  }
  return status;
});

interface How {
  /** A sentence, instead of what could be typed. */
  readonly verbose: boolean;
  readonly path: string | undefined;
}

/** Prints what `name` is; 127 if it is nothing. */
function* describe(shell: Shell, name: string, out: Output, { verbose, path }: How): Routine<number> {
  const meaning = yield* meaningOf(shell, name, path);
  if (meaning === undefined) {
    if (verbose) yield* print(out, `${name}: not found\n`);
    return 127;
  }
  yield* print(out, verbose ? `${name} is ${meaning.sentence}\n` : `${meaning.brief}\n`);
  return 0;
}

function* meaningOf(
  shell: Shell,
  name: string,
  path: string | undefined,
): Routine<{ readonly sentence: string; readonly brief: string } | undefined> {
  if (KEYWORDS.has(name)) return { sentence: "a shell keyword", brief: name };
  const value = shell.aliases.get(name);
  if (value !== undefined) return { sentence: `an alias for ${value}`, brief: `alias ${name}=${quote(value)}` };
  if (name.includes("/")) {
    const found = yield* attempt(stat(fromByteString(name)));
    if (found instanceof Errno || found.type !== "file" || !(yield* isExecutable(name))) return undefined;
    return { sentence: name, brief: name };
  }
  const found = yield* findCommand(shell, name, { path });
  switch (found.kind) {
    case "nothing":
      return undefined;
    case "function":
      return { sentence: "a function", brief: name };
    case "builtin":
      return { sentence: `a ${found.builtin.isSpecial ? "special " : ""}shell builtin`, brief: name };
    case "applet":
      return { sentence: name, brief: name };
    case "file": {
      const file = pathOf(name, path ?? shell.variables.get("PATH") ?? "", found.index);
      return { sentence: file, brief: file };
    }
  }
}
