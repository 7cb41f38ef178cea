/**
 * A command line as text, split into words as a POSIX shell splits it: quotes and backslashes, nothing expanded.
 *
 * Unlike a shell, `$`, `*`, `;`, `|`, `<` and `#` are ordinary characters: what would need a shell is no single command.
 * @see POSIX Shell Command Language, 2.2 Quoting
 */
import { StatusError } from "../../lib/index.ts";

/**
 * The words of `line`.
 *
 * @throws StatusError invalid-argument if a quote is not closed or nothing follows the last backslash.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] as string;
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const end = closing(line, at);
      word = (word ?? "") + unquote(line.slice(at + 1, end), character);
      at = end;
    } else if (character === "\\") {
      at++;
      const next = line[at];
      if (next === undefined) throw refusal("nothing follows the backslash at the end", line);
      if (next !== "\n") word = (word ?? "") + next;
    } else word = (word ?? "") + character;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Where the quote that opens at `start` is closed; in double quotes a backslash protects the next character. */
function closing(line: string, start: number): number {
  const quote = line[start];
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === quote) return at;
    if (quote === '"' && line[at] === "\\") at++;
  }
  throw refusal(`the ${quote === "'" ? "single" : "double"} quote at column ${start + 1} is not closed`, line);
}

/** Double quotes keep the backslash except before `$`, backquote, `"`, itself and a line feed (which both vanish). */
function unquote(text: string, quote: string): string {
  if (quote === "'") return text;
  return text.replace(/\\([$`"\\\n])/g, (_, kept: string) => (kept === "\n" ? "" : kept));
}

function refusal(why: string, line: string): StatusError {
  return new StatusError("invalid-argument", `cannot split the command line: ${why}: ${line}`);
}
