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
  /** Where that began which cannot be read on; without it where reading ended. */
  readonly mark: Mark;
  /** Words were found that are none; otherwise they stand in the wrong order. */
  readonly isLexical: boolean;

  constructor(message: string, mark: Mark, isLexical: boolean) {
    super(message);
    this.mark = mark;
    this.isLexical = isLexical;
  }
}
