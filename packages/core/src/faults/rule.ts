/**
 * Rules by which things fail on purpose.
 *
 * A rule says what it is about, which of the things that fit it takes (`When`), and what happens to those. Rules are
 * plain data, so that a plan of them can be printed, shortened and written down; only `if` is code.
 */
import type { ErrnoCode, SyscallName } from "../abi/index.ts";
import type { RegistryFault } from "../registry/index.ts";
import type { Duration } from "../sim/index.ts";
import type { Operation } from "./operations.ts";

/** Which of the things that fit. Without any of it: all of them. */
export interface When<S = never> {
  /** The first is 1. */
  readonly nth?: number | readonly number[];
  /** The chance of each, 0…1, drawn from the world's seed. */
  readonly probability?: number;
  readonly if?: (subject: S) => boolean;
  /** At most so often. */
  readonly times?: number;
  /** Not before so much time has passed since the rule was set. */
  readonly after?: Duration;
  /** For so long from then on. */
  readonly lasts?: Duration;
}

/** Names and ids; a `*` stands for any text: `"web-*"`. */
export interface ContainerScope {
  readonly container?: string;
  /** As the container was asked for: "busybox", "nginx:*". */
  readonly image?: string;
}

/** A container, as far as rules look at it. */
export interface ContainerRef {
  readonly id: string;
  readonly name: string;
  readonly imageName: string;
}

/** A call of the Engine API, whichever way it comes in. */
export interface ApiCall {
  readonly operation: Operation;
  /** The container, image, network or volume that it is about, as the client called it; "" if about none. */
  readonly subject: string;
  /** The image of a container that is to be made. */
  readonly image?: string;
  /** The caller: "docker" for command lines, else what the client calls itself. */
  readonly client: string;
}

/** Calls of the Engine API that fail, hang or are late. At most one effect; without any, 500 with a message. */
export interface ApiFault extends When<ApiCall>, ContainerScope {
  readonly on: "api";
  readonly call?: Operation | readonly Operation[];
  readonly client?: string;
  /** An HTTP status and what it says; the call is not carried out. */
  readonly fails?: { readonly status: number; readonly message: string };
  /** Carried out after this. */
  readonly slow?: Duration;
  /** No answer, until the rule is undone: a program that waits for nothing else is ended by Node with exit code 13. */
  readonly hangs?: true;
  /** Carried out, but the connection breaks before the answer. */
  readonly losesReply?: true;
  /** 200, and then this message in the stream: for calls whose answer is a stream of messages. */
  readonly failsLate?: string;
  /** The answer stops after so many bytes. */
  readonly cutAfterBytes?: number;
}

/** An event on its way to a subscriber. */
export interface EventOnTheWay {
  readonly type: string;
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly client: string;
}

/** Events that are lost, repeated or late. One of the effects. `gap` counts subscriptions, the others count events. */
export interface EventFault extends When<EventOnTheWay>, ContainerScope {
  readonly on: "events";
  readonly client?: string;
  /** "die", "health_status: *". */
  readonly action?: string;
  /** What happens within so long after the subscription is lost. */
  readonly gap?: Duration;
  /** The stream ends, and the event with it. */
  readonly disconnects?: true;
  readonly loses?: true;
  readonly duplicates?: true;
  /** The event comes this much later, behind what happens in between. */
  readonly late?: Duration;
}

/** A system call that is being made. */
export interface SystemCall {
  readonly call: SyscallName;
  readonly args: readonly unknown[];
  readonly pid: number;
  /** The program's `comm`: at most 15 characters. */
  readonly program: string;
  readonly container: ContainerRef | undefined;
  /** The path of the file that the call is about, as the process sees it; `undefined` if it is about none. */
  readonly path: string | undefined;
}

/** System calls that fail, or take long. */
export interface SyscallFault extends When<SystemCall>, ContainerScope {
  readonly on: "syscall";
  readonly call?: SyscallName | readonly SyscallName[];
  readonly program?: string;
  readonly path?: string;
  /** The call fails with this error, and nothing is done. */
  readonly errno?: ErrnoCode;
  /** The call takes this much longer. */
  readonly slow?: Duration;
}

/** What is read from files and written to them by programs; not files in memory, and those that the kernel makes up. */
export interface DiskFault extends When<SystemCall>, ContainerScope {
  readonly on: "disk";
  readonly path?: string;
  /** ENOSPC for all that is written. */
  readonly full?: true;
  /** Each read and write takes this much longer. */
  readonly slow?: Duration;
  /** Only so many bytes of a write arrive; then it fails with EIO. */
  readonly tornAfterBytes?: number;
}

/** What happens to requests for an image at its registry. */
export interface PullFault extends When<string>, Omit<RegistryFault, "times" | "repository" | "latencyUs" | "when"> {
  readonly on: "pull";
  /** "busybox", "library/*"; default all. */
  readonly image?: string;
  /** Requests take this much longer. */
  readonly slow?: Duration;
}

/** Holds from `after` on, for as long as `lasts`. */
export interface NetworkFault extends Pick<When, "after" | "lasts"> {
  readonly on: "network";
  readonly container?: string;
  readonly network?: string;
  readonly between?: readonly [string, string];
  readonly latency?: Duration;
  readonly jitter?: Duration;
  /** A share of 1. */
  readonly loss?: number;
  /** Bits a second, or a rate: "10mbit". */
  readonly bandwidth?: number | string;
  readonly cut?: true;
}

/** The wall clock of the machine is set: `"1h"`, `"-5m"`. Undone, it is set back. Time itself passes as before. */
export interface ClockFault extends Pick<When, "after" | "lasts"> {
  readonly on: "clock";
  readonly jump: Duration;
}

/** The engine ends without order, and comes back. */
export interface DaemonFault extends Pick<When, "after"> {
  readonly on: "daemon";
  /** `crash`: nobody was asked; `restart`: containers are stopped first, unless they live on. */
  readonly effect: "crash" | "restart";
  /** How long it is away. Default 1 s. */
  readonly down?: Duration;
  /** Containers go on without it. */
  readonly liveRestore?: boolean;
}

/** The main process of containers, each time that they start. */
export interface ProcessFault extends When<ContainerRef>, ContainerScope {
  readonly on: "process";
  /** The process ends by SIGSEGV, or by `signal`, so long after its start. */
  readonly crashesAfter?: Duration;
  readonly signal?: number;
  /** SIGTERM does nothing. */
  readonly ignoresTerm?: true;
  /** Bytes of memory that it takes each second, which it never gives back. */
  readonly leaks?: number;
}

/** A rule, told apart by what it is `on`. */
export type FaultRule =
  | ApiFault
  | EventFault
  | SyscallFault
  | DiskFault
  | PullFault
  | NetworkFault
  | ClockFault
  | DaemonFault
  | ProcessFault;

/** Rules that hold together: what `explore` draws, shortens and prints. */
export type FaultPlan = readonly FaultRule[];

/** Something that a rule has done. */
export interface FiredFault {
  /** Microseconds since 1970. */
  readonly timeUs: number;
  readonly rule: FaultRule;
  /** "ContainerStart web failed with 500", "write /data/log failed with EIO". */
  readonly what: string;
  readonly container: ContainerRef | undefined;
}

/** Rules that hold until they are undone, which can be said again. */
export interface HeldFault extends Disposable {
  undo(): void;
}
