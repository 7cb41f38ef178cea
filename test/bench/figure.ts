/** What a benchmark finds out: a number with a unit, and the number that it is meant to reach. */

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Absent for a number that only explains another one. */
  readonly target?: Target;
}

export type Target = { readonly atMost: number } | { readonly atLeast: number };

/** How thorough a run is. */
export interface Effort {
  /** Rounds whose median counts. */
  readonly rounds: number;
  /** What sizes are multiplied by: 1 for the figures that are reported, less for a quick look. */
  readonly scale: number;
}

/** One subject: it prepares its machine, measures, and lets everything go. */
export type Case = (effort: Effort) => Promise<readonly Figure[]>;

/** True if there is no target or it is reached. */
export function meets({ value, target }: Figure): boolean {
  if (target === undefined) return true;
  return "atMost" in target ? value <= target.atMost : value >= target.atLeast;
}
