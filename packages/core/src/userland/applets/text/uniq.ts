/** uniq: leave out repeated lines. @see uniq(1p) */
import { O_CREAT, O_TRUNC, O_WRONLY, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { moveFd } from "../../move-fd.ts";
import { openOrDie } from "../../or-die.ts";
import { INT_MAX, usage } from "./arguments.ts";
import { LineReader, put } from "./lines.ts";

export const uniq: Applet = function* (io) {
  const options = yield* getopt(io, "cduf:+s:+w:+iz");
  const keyOf = keyFunction(options);
  const [input, output, excess] = options.operands;
  if (input !== undefined && input !== "-") yield* openAs(io, 0, input, 0);
  if (excess !== undefined) return yield* usage(io);
  if (output !== undefined && output !== "-") yield* openAs(io, 1, output, O_WRONLY | O_CREAT | O_TRUNC);
  const counts = options.has("c");
  const end = options.has("z") ? "\0" : "\n";
  const reader = new LineReader(0, "\n\0");
  let first = yield* reader.next();
  while (first !== undefined) {
    const key = keyOf(first);
    let repeats = 0;
    let line = yield* reader.next();
    for (; line !== undefined && keyOf(line) === key; line = yield* reader.next()) repeats++;
    if (!options.has(repeats > 0 ? "u" : "d")) {
      yield* put(io, `${counts ? `${String(repeats + 1).padStart(7)} ` : ""}${first}${end}`);
    }
    first = line;
  }
  if (reader.error !== undefined) return yield* io.die(`${input ?? "standard input"}: I/O error`);
  yield* reader.giveBack();
  return 0;
};

/** The part of a line that is compared. */
function keyFunction(options: Options): (line: string) => string {
  const fields = options.number("f") ?? 0;
  const skipped = options.number("s") ?? 0;
  const most = options.number("w") ?? INT_MAX;
  const folds = options.has("i");
  return (line) => {
    let rest = line;
    for (let i = 0; i < fields; i++) rest = rest.replace(/^[ \t\n\v\f\r]*[^ \t\n\v\f\r]*/, "");
    const key = rest.slice(skipped, skipped + most);
    return folds ? key.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : key;
  };
}

function* openAs(io: Io, target: number, path: string, flags: number): Routine<void> {
  yield* moveFd(yield* openOrDie(io, path, flags), target);
}
