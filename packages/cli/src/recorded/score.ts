/** The score: how many cases agree with what was recorded, in all and by category. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly total: number;
}

/** A case that does not agree, with a text for each difference. */
export interface Failure {
  readonly category: string;
  readonly name: string;
  readonly problems: readonly string[];
}

export interface Skipped {
  readonly category: string;
  readonly name: string;
  readonly reason: string;
}

/** What `--json` writes. */
export interface ScoreDocument {
  readonly total: Tally;
  readonly categories: Readonly<Record<string, Tally>>;
  readonly failures: readonly Failure[];
  /** What could not be replayed, and why: it does not count. */
  readonly skipped: readonly Skipped[];
}

const NOTHING: Tally = { passed: 0, failed: 0, total: 0 };

/** Counts cases, and tells of them. */
export class Score {
  readonly #categories = new Map<string, Tally>();
  readonly #failures: Failure[] = [];
  readonly #skipped: Skipped[] = [];

  /** Counts a case; it failed if there is a problem. */
  add(category: string, name: string, problems: readonly string[]): void {
    const failed = problems.length > 0 ? 1 : 0;
    const tally = this.category(category);
    this.#categories.set(category, sum(tally, { passed: 1 - failed, failed, total: 1 }));
    if (failed > 0) this.#failures.push({ category, name, problems });
  }

  /** Notes a case that does not count. */
  skip(category: string, name: string, reason: string): void {
    this.#skipped.push({ category, name, reason });
  }

  get isEmpty(): boolean {
    return this.total.total === 0 && this.#skipped.length === 0;
  }

  category(category: string): Tally {
    return this.#categories.get(category) ?? NOTHING;
  }

  get total(): Tally {
    return [...this.#categories.values()].reduce(sum, NOTHING);
  }

  document(): ScoreDocument {
    return {
      total: this.total,
      categories: Object.fromEntries(this.#categories),
      failures: this.#failures,
      skipped: this.#skipped,
    };
  }

  /** A line for each category, and one for all. */
  table(): string {
    const rows = [...this.#categories, ["total", this.total] as const];
    const width = Math.max(...rows.map(([name]) => name.length));
    const lines = rows.map(([name, tally]) => `${name.padEnd(width)}  ${share(tally)}\n`).join("");
    return this.#skipped.length === 0 ? lines : `${lines}${this.#skipped.length} skipped, not counted\n`;
  }
}

function sum(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, total: a.total + b.total };
}

function share({ passed, failed, total }: Tally): string {
  const percent = total === 0 ? 0 : (100 * passed) / total;
  return `${String(passed).padStart(4)} passed ${String(failed).padStart(4)} failed ${String(total).padStart(4)} total ${percent.toFixed(1).padStart(6)} %`;
}
