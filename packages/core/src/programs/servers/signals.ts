/** How servers end: on signals, with a last word. */
import { exit, type Routine, type Signal, sigaction } from "../../abi/index.ts";

/** Ends the process with `code` when one of the signals comes, after `farewell`. */
export function* endOn(
  signals: readonly Signal[],
  farewell: (signal: Signal) => Routine<void>,
  code = 0,
): Routine<void> {
  for (const signal of signals) {
    yield* sigaction(signal, function* (came): Routine<void> {
      yield* farewell(came);
      yield* exit(code);
    });
  }
}
