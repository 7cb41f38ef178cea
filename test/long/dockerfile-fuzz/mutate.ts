/** Dockerfiles made wrong: pieces of real ones cut out, doubled, swapped, and words that mean something put in. */
import type { Prng } from "@bottleship/core/sim";

/** What the language knows, and what it chokes on. */
const PIECES = [
  ..."FROM RUN COPY ADD ENV ARG LABEL CMD ENTRYPOINT EXPOSE VOLUME USER WORKDIR SHELL STOPSIGNAL HEALTHCHECK ONBUILD".split(
    " ",
  ),
  ...["\\", "`", '"', "'", "$", "${", "}", "[", "]", ",", ":", "=", "#", "<<", "<<-", "<<EOF", "EOF", "AS", "NONE"],
  ..."-- --from= --mount= --chmod= --platform=".split(" "),
  ...[
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\ufeff",
    "\u00a0",
    "\ud800",
    "é",
    " ",
    "${A:-",
    "${A#*",
    '["a",',
    "# escape=`\n",
    "# check=",
  ],
  ...["--mount=type=cache,target=", "999999999999999999999", "-1", "/../..", "\\\n", "\\\n\n", "<<A <<B\n"],
];

/** One to six changes of a text. `others` lends lines. */
export function mutate(text: string, others: readonly string[], prng: Prng): string {
  let mutated = text;
  for (let left = 1 + prng.below(6); left > 0; left--) mutated = once(mutated, others, prng);
  return mutated;
}

function once(text: string, others: readonly string[], prng: Prng): string {
  const at = prng.below(text.length + 1);
  const end = Math.min(text.length, at + prng.below(12));
  const lines = text.split("\n");
  const line = prng.below(lines.length);
  switch (prng.below(8)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, end) + text.slice(at);
    case 2:
    case 3:
      return text.slice(0, at) + pick(PIECES, prng) + text.slice(at);
    case 4:
      return text.slice(0, at) + String.fromCharCode(prng.below(0x250)) + text.slice(at + 1);
    case 5:
      return lines.toSpliced(line, prng.below(2), pick(pick(others, prng).split("\n"), prng)).join("\n");
    case 6:
      return lines.toSpliced(line, 1).join("\n");
    default:
      return lines.toSpliced(prng.below(lines.length), 0, lines[line] ?? "").join("\n");
  }
}

function pick<T>(from: readonly T[], prng: Prng): T {
  return from[prng.below(from.length)] as T;
}
