/** Why a text is no YAML, and where, in the way of those who read it in one go. */

/** A place in a text; both count from 0. */
export interface Mark {
  readonly line: number;
  readonly column: number;
}

/** Unlike go-yaml, which goes ten times as deep: a stack ends somewhere. */
export const DEEPEST = 1000;

/** Thrown where reading ends. */
export class YamlProblem extends Error {
  override readonly name = "YamlProblem";
  /** Where that began which cannot be read on; where that is the first line, where reading ended. */
  readonly mark: Mark;
  /** Words were found that are none; otherwise they stand in the wrong order. */
  readonly isLexical: boolean;

  constructor(message: string, mark: Mark, isLexical: boolean) {
    super(message);
    this.mark = mark;
    this.isLexical = isLexical;
  }
}

/** No word: `start` is where it began, `end` where reading ended. */
export function lexicalProblem(message: string, start: Mark, end: Mark): YamlProblem {
  return new YamlProblem(message, start.line === 0 ? end : start, true);
}
