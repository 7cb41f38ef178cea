/** alias, unalias. @see alias(1p) */
import type { Routine } from "../../../abi/index.ts";
import { regular, regularAssigning } from "../builtin.ts";
import { inTableOrder } from "../characters.ts";
import { print } from "../print.ts";
import { quote } from "../trace.ts";
import { readOptions } from "./options.ts";

/** Chains in ash's table of aliases. */
const BUCKETS = 39;

export const alias = regularAssigning(function* (shell, { argv, out }): Routine<number> {
  const { aliases } = shell;
  if (argv.length === 1) {
    for (const [name, value] of inTableOrder(aliases, ([name]) => name, BUCKETS)) {
      yield* print(out, `${name}=${quote(value)}\n`);
    }
    return 0;
  }
  let status = 0;
  for (const word of argv.slice(1)) {
    const equals = word.indexOf("=", 1);
    if (equals > 0) {
      aliases.set(word.slice(0, equals), word.slice(equals + 1));
      continue;
    }
    const value = aliases.get(word);
    if (value !== undefined) yield* print(out, `${word}=${quote(value)}\n`);
    else {
      yield* shell.printError(`alias: ${word} not found\n`);
      status = 1;
    }
  }
  return status;
});

export const unalias = regular(function* (shell, { argv }): Routine<number> {
  const { given, operands } = readOptions(argv, "a");
  if (given.length > 0) {
    shell.aliases.clear();
    return 0;
  }
  let status = 0;
  for (const name of operands) {
    if (shell.aliases.delete(name)) continue;
    yield* shell.printError(`unalias: ${name} not found\n`);
    status = 1;
  }
  return status;
});
