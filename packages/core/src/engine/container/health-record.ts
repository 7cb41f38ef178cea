/** What a container's health checks have found. @see moby container/health.go */
export type HealthStatus = "starting" | "healthy" | "unhealthy";

export interface HealthResult {
  readonly startUs: number;
  readonly endUs: number;
  /** 0 is healthy; -1 stands for a check that could not be carried out. */
  readonly exitCode: number;
  readonly output: string;
}

/** How many results are kept. @see moby daemon/health.go: maxLogEntries */
const LOG_LENGTH = 5;

/** What a container's checks have found. */
export class Health {
  status: HealthStatus = "starting";
  failingStreak = 0;
  readonly #log: HealthResult[] = [];

  static of({ status, failingStreak, log }: HealthRecord): Health {
    const health = new Health();
    health.status = status;
    health.failingStreak = failingStreak;
    for (const result of log) health.add(result);
    return health;
  }

  /** The last five, oldest first. */
  get log(): readonly HealthResult[] {
    return this.#log;
  }

  add(result: HealthResult): void {
    const log = this.#log;
    if (log.length === LOG_LENGTH) {
      // In its place: an array that is shifted and pushed to is made anew again and again.
      for (let at = 1; at < LOG_LENGTH; at++) log[at - 1] = log[at] as HealthResult;
      log[LOG_LENGTH - 1] = result;
    } else log.push(result);
  }
}

/** The same as data. */
export interface HealthRecord {
  readonly status: HealthStatus;
  readonly failingStreak: number;
  readonly log: readonly HealthResult[];
}
