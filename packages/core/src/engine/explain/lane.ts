/** What a timeline shows. Times are microseconds since 1970. */
import type { ContainerState } from "../container/container.ts";
import type { HealthStatus } from "../container/health-record.ts";

/** States that a timeline shows. */
export type LaneState = Extract<ContainerState, "created" | "running" | "paused" | "restarting" | "exited">;

/** Something that lasted. Times are microseconds since 1970. */
export interface Span<S extends string> {
  readonly state: S;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Something that happened. */
export interface Mark {
  readonly timeUs: number;
  /** The event's: "die", "start", "oom", "health_status: unhealthy", "network connect"… */
  readonly action: string;
  /** What else is to be known: "137, SIGKILL by docker stop", "app". */
  readonly text: string;
}

/** What has happened to one container. */
export interface Lane {
  readonly id: string;
  readonly name: string;
  readonly states: readonly Span<LaneState>[];
  readonly health: readonly Span<HealthStatus>[];
  readonly marks: readonly Mark[];
  /** How often it was started again by its policy. */
  readonly restarts: number;
}

/** Lanes side by side. */
export interface Lanes {
  /** When the world began, which texts count from. */
  readonly startUs: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** In the order in which the containers were made. */
  readonly lanes: readonly Lane[];
  /** Events that were too many to be kept. */
  readonly forgotten: number;
}
