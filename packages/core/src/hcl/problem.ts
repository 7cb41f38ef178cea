/** What is wrong with a file of definitions, and where. Model: hashicorp/hcl Diagnostic, Range. */

/** A file as it was read. */
export interface HclSource {
  readonly name: string;
  readonly text: string;
}

/** A piece of a file: offsets of its first character and of that after its last one. */
export interface HclRange {
  readonly source: HclSource;
  readonly start: number;
  readonly end: number;
}

export interface Place {
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export class HclError extends Error {
  override readonly name = "HclError";
  readonly summary: string;
  readonly detail: string;
  readonly range: HclRange;
  /** What else is wrong; of that only the number is told. */
  readonly others: readonly HclError[];

  /** "docker-bake.hcl:4,16-20: Unknown variable; There is no variable named "X"., and 1 other diagnostic(s)" */
  constructor(summary: string, detail: string, range: HclRange, others: readonly HclError[] = []) {
    const more = others.length === 0 ? "" : `, and ${others.length} other diagnostic(s)`;
    super(`${rangeText(range)}: ${summary}; ${detail}${more}`);
    this.summary = summary;
    this.detail = detail;
    this.range = range;
    this.others = others;
  }

  /** The same, where more is wrong besides. */
  with(others: readonly HclError[]): HclError {
    return new HclError(this.summary, this.detail, this.range, [...this.others, ...others]);
  }

  /** This, and each of the others alone. */
  get all(): readonly HclError[] {
    return [new HclError(this.summary, this.detail, this.range), ...this.others];
  }
}

/** What leads back to itself has no value at all: nothing else is said of it. */
export class CycleError extends HclError {
  override with(): HclError {
    return this;
  }

  override get all(): readonly HclError[] {
    return [this];
  }
}

/** Reads all items, also behind one that is wrong. @throws HclError with everything that is wrong */
export function readEach<Item, Value>(
  items: readonly Item[],
  read: (item: Item, at: number) => Value,
): readonly Value[] {
  const values: Value[] = [];
  const problems: HclError[] = [];
  for (const [at, item] of items.entries()) {
    try {
      values.push(read(item, at));
    } catch (error) {
      if (!(error instanceof HclError)) throw error;
      problems.push(...error.all);
    }
  }
  const [first, ...others] = problems;
  if (first !== undefined) throw first.with(others);
  return values;
}

export function placeOf({ text }: HclSource, offset: number): Place {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: [...before.slice(lineStart)].length + 1 };
}

/** Lines and columns: `FILE:1,2-3`, or `FILE:1,2-3,4` over several lines. */
export function rangeText({ source, start, end }: HclRange): string {
  const [first, last] = [placeOf(source, start), placeOf(source, end)];
  const until = first.line === last.line ? `${last.column}` : `${last.line},${last.column}`;
  return `${source.name}:${first.line},${first.column}-${until}`;
}
