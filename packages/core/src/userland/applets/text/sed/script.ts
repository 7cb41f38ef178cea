/** A sed script as the interpreter sees it: a flat list of commands, as busybox keeps it. */
import type { Regex } from "../../../regex/index.ts";
import type { LineSink } from "./output.ts";

/** The last line, `$`. */
export const LAST_LINE = -1;

export interface Command {
  readonly letter: string;
  readonly beginMatch: Regex | undefined;
  readonly endMatch: Regex | undefined;
  /** First line, 0 for none, `LAST_LINE`; -2 once the range that begins here is used up. */
  beginLine: number;
  /** Last line, 0 for none, `LAST_LINE`; -2 - N stands for `+N` until the range begins. */
  endLine: number;
  readonly givenBeginLine: number;
  readonly givenEndLine: number;
  readonly inverted: boolean;
  /** The next line is in the range too. */
  inMatch: boolean;
  /** Text, file name or label. */
  readonly text: string | undefined;
  readonly sink: LineSink | undefined;
  readonly substitution: Substitution | undefined;
  /** What `y` turns each byte into. */
  readonly table: ReadonlyMap<string, string> | undefined;
}

export interface Substitution {
  /** Without a regex the one used last. */
  readonly regex: Regex | undefined;
  readonly replacement: string;
  /** Which match to replace; 0 for all. */
  readonly which: number;
  readonly prints: boolean;
}

/** What a script has besides its commands. */
export interface Script {
  readonly commands: readonly Command[];
  /** How often `#n` asked for no automatic output. */
  readonly quiet: boolean;
  /** The regex that an empty one stands for when the script starts: the last one of an address. */
  readonly lastRegex: Regex | undefined;
  /** Files that `w` commands write, by name. */
  readonly sinks: ReadonlyMap<string, LineSink>;
}
