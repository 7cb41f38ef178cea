/**
 * Causes: what made something happen, noted where it arose. Nothing is kept of what has not gone wrong.
 *
 * Times are microseconds since 1970 in the world's time; signals are numbers, see signal(7).
 */
import type { Signal } from "../../abi/index.ts";
import type { Reception } from "../../kernel/index.ts";

/** A process as it is told of. */
export interface Who {
  /** On the machine. */
  readonly pid: number;
  /** In its own pid namespace: 1 for the first of a container. */
  readonly ownPid: number;
  readonly name: string;
  /** The id of the container that it is in. */
  readonly containerId: string | undefined;
}

/** What a user of the engine asked for. */
export type Demand =
  | "docker stop"
  | "docker kill"
  | "docker restart"
  | "docker rm --force"
  | "the machine's shutdown"
  | "the daemon's start";

/** A signal that the engine sent because somebody asked it to. */
export interface Request {
  readonly demand: Demand;
  readonly signal: Signal;
  readonly timeUs: number;
  readonly reception: Reception;
  /** False as long as the runtime was still setting the container up. */
  readonly hadBegun: boolean;
  /** For a SIGKILL: how long the process had had since the first signal of the same request. */
  readonly graceUs: number | undefined;
}

interface CauseBase {
  readonly containerId: string;
  readonly timeUs: number;
}

/** The OOM killer has hit a process of the container. */
export interface OutOfMemoryCause extends CauseBase {
  readonly kind: "out-of-memory";
  /** The cgroup that was full. */
  readonly cgroup: string;
  readonly limitBytes: number;
  readonly usageBytes: number;
  /** What could not be had; 0 if a limit was lowered below what was in use. */
  readonly wantedBytes: number;
  readonly wantedKind: string | undefined;
  readonly asking: Who;
  readonly victim: Who;
  readonly victimBytes: number;
  /** True if not the cgroup was full, but the world has taken all that it may of its host's memory. */
  readonly isAllotment: boolean;
}

/** A process of the container, other than its first, was ended by a signal. */
export interface KillCause extends CauseBase {
  readonly kind: "kill";
  readonly victim: Who;
  readonly signal: Signal;
  readonly sender: Sender;
}

/** Who has sent a signal. */
export type Sender =
  | { readonly by: "engine"; readonly request: Request }
  | { readonly by: "oom-killer"; readonly oom: OutOfMemoryCause }
  | { readonly by: "process"; readonly process: Who }
  /** The process has used up the processor time that RLIMIT_CPU allows. */
  | { readonly by: "limit"; readonly seconds: number }
  /** The init of the pid namespace has ended, and taken everybody with it. */
  | { readonly by: "init" }
  | { readonly by: "kernel" };

/** How often, and for how long, a container was kept from the processors by its quota. */
export interface Throttling {
  readonly quotaUs: number;
  readonly periodUs: number;
  readonly periods: number;
  readonly throttledPeriods: number;
  readonly throttledUs: number;
  readonly usageUs: number;
}

/** A limit that a container has run into without dying of it. */
export type HitLimit =
  | { readonly limit: "pids.max"; readonly max: number; readonly failedForks: number }
  | { readonly limit: "memory.high"; readonly highBytes: number; readonly stalledUs: number };

/** The container has ended. */
export interface DeathCause extends CauseBase {
  readonly kind: "death";
  readonly name: string;
  readonly startedUs: number;
  readonly exitCode: number;
  /** What it ran, or was to run. */
  readonly argv: readonly string[];
  readonly hadBegun: boolean;
  /** Whether nobody saw it end: the daemon was not running. */
  readonly isLost: boolean;
  readonly process: Who;
  /** The signal that ended it; `undefined` if its program has. */
  readonly signal: Signal | undefined;
  readonly sender: Sender | undefined;
  /** What was asked of the engine in this run. */
  readonly requests: readonly Request[];
  /** An exception that the program let escape. */
  readonly error: string | undefined;
  readonly throttling: Throttling | undefined;
  readonly hitLimits: readonly HitLimit[];
  /** After how long its restart policy starts it again; `undefined` if it does not. */
  readonly restartUs: number | undefined;
}

/** The container could not be started. */
export interface RefusalCause extends CauseBase {
  readonly kind: "refusal";
  readonly name: string;
  readonly message: string;
  readonly exitCode: number;
}

/** A name that the container's name server could not resolve, or an address that could not be connected to. */
export interface UnreachedCause extends CauseBase {
  readonly kind: "unreached";
  readonly host: string;
  /** `undefined` for a name. */
  readonly port: number | undefined;
  /** `ECONNREFUSED`…, or `NXDOMAIN` */
  readonly error: string;
  /** How often in a row; `timeUs` is the first time. */
  times: number;
  lastUs: number;
}

/** A noted fact that may explain something, told apart by `kind`. */
export type Cause = OutOfMemoryCause | KillCause | DeathCause | RefusalCause | UnreachedCause;
