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
export async function medianOf(rounds: number, round: () => Promise<number> | number): Promise<number> {
  await round();
  const values: number[] = [];
  for (let i = 0; i < rounds; i++) values.push(await round());
  return median(values);
}

/**
 * Medians of two things that are to be compared: their rounds alternate, so that both meet the same weather.
 */
export async function mediansOf(
  rounds: number,
  first: () => Promise<number> | number,
  second: () => Promise<number> | number,
): Promise<readonly [first: number, second: number]> {
  await first();
  await second();
  const values: [number[], number[]] = [[], []];
  for (let i = 0; i < rounds; i++) {
    values[0].push(await first());
    values[1].push(await second());
  }
  return [median(values[0]), median(values[1])];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
