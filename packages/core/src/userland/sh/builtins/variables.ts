/** export, readonly, unset, local, let. @see export(1p), readonly(1p), unset(1p) */
import type { Routine } from "../../../abi/index.ts";
import { type Call, regular, special, specialAssigning } from "../builtin.ts";
import { ShellError } from "../errors.ts";
import { arithmetic } from "../expand.ts";
import { print } from "../print.ts";
import type { Shell } from "../shell.ts";
import { quote } from "../trace.ts";
import type { Variable } from "../variables.ts";
import { readOptions } from "./options.ts";

export const exportBuiltin = specialAssigning(function* (shell, call): Routine<number> {
  const { given, operands } = readOptions(call.argv, "np");
  const exported = !given.some(([letter]) => letter === "n");
  if (operands.length === 0) return yield* list(shell, call, (variable) => variable.exported);
  for (const word of operands) flag(shell, word, { exported });
  return 0;
});

export const readonly = specialAssigning(function* (shell, call): Routine<number> {
  const { operands } = readOptions(call.argv, "np");
  if (operands.length === 0) return yield* list(shell, call, (variable) => variable.readonly);
  for (const word of operands) flag(shell, word, { readonly: true });
  return 0;
});

/** `NAME` or `NAME=value`. @throws ShellError */
function flag(shell: Shell, word: string, flags: { readonly exported?: boolean; readonly readonly?: boolean }): void {
  const equals = word.indexOf("=");
  if (equals < 0) shell.variables.flag(word, flags);
  else shell.variables.set(word.slice(0, equals), word.slice(equals + 1), flags);
}

/** In a form that could be read again. */
function* list(shell: Shell, { argv, out }: Call, wanted: (variable: Variable) => boolean): Routine<number> {
  for (const [name, variable] of shell.variables.listed()) {
    if (wanted(variable)) yield* print(out, `${argv[0]} ${name}=${quote(variable.value)}\n`);
  }
  return 0;
}

export const unset = special(function* (shell, { argv }): Routine<number> {
  const { given, operands } = readOptions(argv, "vf");
  const isFunction = given[given.length - 1]?.[0] === "f";
  for (const name of operands) {
    if (isFunction) shell.functions.delete(name);
    else shell.variables.unset(name);
  }
  return 0;
});

export const local = specialAssigning(function* (shell, { argv }): Routine<number> {
  const { variables } = shell;
  if (variables.depth === 0) throw new ShellError("not in a function");
  for (const word of argv.slice(1)) {
    const equals = word.indexOf("=");
    if (word === "-") variables.saveOptions(shell.options);
    else if (equals < 0) variables.makeLocal(word, undefined);
    else variables.makeLocal(word.slice(0, equals), word.slice(equals + 1));
  }
  return 0;
});

export const letBuiltin = regular(function* (shell, { argv }): Routine<number> {
  if (argv.length < 2) throw new ShellError("expression expected");
  let value = 0n;
  for (const expression of argv.slice(1)) value = yield* arithmetic(shell, expression);
  return value === 0n ? 1 : 0;
});
