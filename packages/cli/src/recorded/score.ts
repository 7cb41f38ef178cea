/** The score: how many cases agree with what was recorded, in all and by category. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly total: number;
}

export interface Failure {
  readonly category: string;
  readonly name: string;
  readonly problems: readonly string[];
}

/** What `--json` writes. */
export interface ScoreDocument {
  readonly total: Tally;
  readonly categories: Readonly<Record<string, Tally>>;
  readonly failures: readonly Failure[];
}

const NOTHING: Tally = { passed: 0, failed: 0, total: 0 };

export class Score {
  readonly #categories = new Map<string, Tally>();
  readonly #failures: Failure[] = [];

  /** Counts a case; it failed if there is a problem. */
  add(category: string, name: string, problems: readonly string[]): void {
    const failed = problems.length > 0 ? 1 : 0;
    const tally = this.category(category);
    this.#categories.set(category, sum(tally, { passed: 1 - failed, failed, total: 1 }));
    if (failed > 0) this.#failures.push({ category, name, problems });
  }

  category(category: string): Tally {
    return this.#categories.get(category) ?? NOTHING;
  }

  get total(): Tally {
    return [...this.#categories.values()].reduce(sum, NOTHING);
  }

  document(): ScoreDocument {
    return { total: this.total, categories: Object.fromEntries(this.#categories), failures: this.#failures };
  }

  /** A line for each category, and one for all. */
  table(): string {
    const rows = [...this.#categories, ["total", this.total] as const];
    const width = Math.max(...rows.map(([name]) => name.length));
    return rows.map(([name, tally]) => `${name.padEnd(width)}  ${share(tally)}\n`).join("");
  }
}

function sum(a: Tally, b: Tally): Tally {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, total: a.total + b.total };
}

function share({ passed, failed, total }: Tally): string {
  const percent = total === 0 ? 0 : (100 * passed) / total;
  return `${String(passed).padStart(4)} passed ${String(failed).padStart(4)} failed ${String(total).padStart(4)} total ${percent.toFixed(1).padStart(6)} %`;
}
