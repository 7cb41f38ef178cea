/** The two texts of a diff: their lines as they are shown and as they are compared. */

/** How lines are compared. */
export interface Comparison {
  readonly ignoreCase: boolean;
  /** A stretch of white space is one blank. */
  readonly ignoreSpaceChange: boolean;
  readonly ignoreSpace: boolean;
}

export interface TextFile {
  /** Byte strings with their newline; the last line may have none. */
  readonly lines: readonly string[];
  /** Equal keys are equal lines. */
  readonly keys: readonly string[];
}

export function textFile(content: string, comparison: Comparison): TextFile {
  const lines = content === "" ? [] : content.split(/(?<=\n)/);
  return { lines, keys: lines.map((line) => keyOf(line, comparison)) };
}

/** The end of the file counts as white space, but is no newline. */
function keyOf(line: string, { ignoreCase, ignoreSpaceChange, ignoreSpace }: Comparison): string {
  let key = line;
  if (ignoreCase) key = key.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  if (ignoreSpace) return key.replace(/[ \t\n\v\f\r]+/g, "");
  if (!ignoreSpaceChange) return key;
  return (key.endsWith("\n") ? key : `${key}\n`).replace(/[ \t\n\v\f\r]+/g, " ");
}
