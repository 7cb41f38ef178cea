/** trap. @see trap(1p) */
import { type Routine, SIGNAL_MAX } from "../../../abi/index.ts";
import { nameOfSignal, signalByName } from "../../signal-names.ts";
import { special } from "../builtin.ts";
import { isNumber } from "../characters.ts";
import { print } from "../print.ts";
import { setSignal } from "../signals.ts";
import { quote } from "../trace.ts";
import { ON_ERROR, ON_EXIT } from "../traps.ts";
import { readOptions } from "./options.ts";

export const trap = special(function* (shell, { argv, out }): Routine<number> {
  const { operands } = readOptions(argv, "");
  const { traps } = shell;
  if (operands.length === 0) {
    for (const [number, action] of [...(traps.shown ?? traps.actions)].sort(([a], [b]) => a - b)) {
      yield* print(out, `trap -- ${quote(action)} ${number === ON_ERROR ? "ERR" : nameOfSignal(number)}\n`);
    }
    return 0;
  }
  const [first = "", ...others] = operands;
  const hasAction = others.length > 0 && !isNumber(first);
  const action = hasAction && first !== "-" ? first : undefined;
  let status = 0;
  for (const name of hasAction ? others : operands) {
    const number = name === "ERR" ? ON_ERROR : signalByName(name);
    if (number === undefined) {
      yield* shell.warn(`${name}: invalid signal specification`);
      status = 1;
      continue;
    }
    traps.set(number, action);
    if (number > ON_EXIT && number <= SIGNAL_MAX) yield* setSignal(shell, number);
  }
  return status;
});
