/** What a container's health checks have found. @see moby container/health.go */
export type HealthStatus = "starting" | "healthy" | "unhealthy";

export interface HealthResult {
  readonly startUs: number;
  readonly endUs: number;
  /** 0 is healthy; -1 stands for a check that could not be carried out. */
  readonly exitCode: number;
  readonly output: string;
}

/** What a container's checks have found. */
export class Health {
  status: HealthStatus = "starting";
  failingStreak = 0;
  /** The last five, oldest first. */
  readonly log: HealthResult[] = [];

  static of({ status, failingStreak, log }: HealthRecord): Health {
    const health = new Health();
    health.status = status;
    health.failingStreak = failingStreak;
    health.log.push(...log);
    return health;
  }
}

/** The same as data. */
export interface HealthRecord {
  readonly status: HealthStatus;
  readonly failingStreak: number;
  readonly log: readonly HealthResult[];
}
