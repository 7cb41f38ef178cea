/**
 * Command lines that were read before. Health checks, the steps of builds and whoever execs a shell say the same again
 * and again: a text means the same tree each time, and trees do not change.
 */
import type { Node } from "./ast.ts";
import type { Input } from "./input.ts";

export interface CommandLine {
  /** `undefined` for a blank line. */
  readonly node: Node | undefined;
  /** It was ended by the end of the script, not by a newline. */
  readonly isLast: boolean;
}

interface KnownLine {
  readonly line: CommandLine | undefined;
  /** Where the next one starts. */
  readonly position: number;
  /** Its number. */
  readonly number: number;
}

/** Longer scripts are read once. */
const LONGEST = 1024;
const LIMIT = 512;

const known = new Map<string, KnownLine>();

/**
 * The next command line of `input`, which moves on behind it, as `read` reads it or has read it; `executed` counts for it
 * as for that. No aliases may be in force.
 */
export function knownLine(
  input: Input,
  executed: number,
  read: () => CommandLine | undefined,
): CommandLine | undefined {
  if (!input.ended || input.text.length > LONGEST) return read();
  const { position, line, countsLines, text } = input;
  const key = `${position} ${line} ${executed} ${countsLines} ${text}`;
  const before = known.get(key);
  if (before !== undefined) {
    input.position = before.position;
    input.line = before.number;
    return before.line;
  }
  const found = read();
  if (known.size >= LIMIT) known.clear();
  known.set(key, { line: found, position: input.position, number: input.line });
  return found;
}
