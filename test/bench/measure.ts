/** Taking the time: medians over several rounds, since a single round may meet a garbage collection or a busy host. */

/** Milliseconds of real time that `work` takes. */
export async function elapsedMs(work: () => Promise<void> | void): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}

/** Milliseconds of a processor that `work` takes: the same on a busy host. */
export async function busyMs(work: () => Promise<void> | void): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Median of what `round` answers.
 *
 * @param round is called once more than counts: the first time is for the compiler.
 */
export async function medianOf(rounds: number, round: Round): Promise<number> {
  const [median] = await mediansOf(rounds, round);
  return median;
}

type Round = () => Promise<number> | number;

/**
 * Medians of things that are to be compared: their rounds alternate, so that all meet the same weather.
 */
export async function mediansOf<const T extends readonly Round[]>(
  rounds: number,
  ...things: T
): Promise<{ readonly [K in keyof T]: number }> {
  const values = things.map((): number[] => []);
  for (let i = 0; i <= rounds; i++) {
    for (const [at, thing] of things.entries()) {
      const value = await thing();
      // The first time is for the compiler.
      if (i > 0) values[at]?.push(value);
    }
  }
  return values.map(median) as { readonly [K in keyof T]: number };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
