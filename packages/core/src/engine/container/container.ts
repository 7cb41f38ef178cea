/**
 * A container: what was asked for, and what has become of it.
 *
 * The state is one word; Docker's flags (Running, Paused, Dead…) are derived from it in documents/container.ts.
 */
import type { Image } from "../../image/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { ProcessSpec } from "../../oci/index.ts";
import type { OciContainer, ResolvedUser } from "../../runtime/index.ts";
import { type Allotment, type Timer, WaitQueue } from "../../sim/index.ts";
import type { ContainerConfig, EndpointSettings, HostConfig } from "../docker/create-body.ts";
import type { LogEntry } from "../log/log-entry.ts";
import { logRotation } from "../log/log-rotation.ts";
import { LogBuffer } from "../log/logs.ts";
import type { MountPoint } from "../mount/mount-points.ts";
import { shortId } from "../names.ts";
import type { Sandbox } from "../network/sandbox.ts";
import { stoppedSettings } from "../network/settings.ts";
import { Health, type HealthRecord } from "./health-record.ts";
import { RestartBackoff } from "./restart.ts";

/** The exit code of a container whose end nobody has seen. */
export const LOST_EXIT_CODE = 255;

/** Where a container is in its life; `docker inspect` derives its flags from that. */
export type ContainerState = "created" | "running" | "paused" | "restarting" | "removing" | "exited" | "dead";

/** Which state may follow which. @see moby container/state.go */
const TRANSITIONS = {
  created: ["running", "exited", "removing"],
  running: ["paused", "restarting", "exited", "removing"],
  paused: ["running", "exited", "removing"],
  restarting: ["running", "exited", "removing"],
  exited: ["running", "restarting", "removing"],
  removing: ["dead"],
  dead: ["removing"],
} as const satisfies Record<ContainerState, readonly ContainerState[]>;

/** What a container is made of. */
export interface ContainerInit {
  readonly id: string;
  readonly name: string;
  readonly image: Image;
  /** The image as the caller named it. */
  readonly imageName: string;
  readonly config: Partial<ContainerConfig>;
  readonly hostConfig: Partial<HostConfig>;
  readonly endpoints: Readonly<Record<string, EndpointSettings>>;
  readonly mountPoints: readonly MountPoint[];
  readonly createdUs: number;
  /** Whether it is the container of a swarm's task. */
  readonly isTask?: boolean;
}

/** A container as data. */
export interface ContainerRecord extends ContainerInit {
  readonly state: ContainerState;
  readonly startedUs: number;
  readonly finishedUs: number;
  readonly exitCode: number;
  readonly error: string;
  readonly oomKilled: boolean;
  readonly endedByHand: boolean;
  readonly restartCount: number;
  readonly health: HealthRecord | undefined;
  /** Ids of those that it calls something. */
  readonly links: readonly (readonly [alias: string, id: string])[];
  readonly macs: readonly (readonly [network: string, mac: string])[];
  readonly logs: readonly LogEntry[];
  /** Whether it was running, or waiting to be started again. */
  readonly wasRunning: boolean;
}

const NO_LINKS: ReadonlyMap<string, Container> = new Map();
const NOBODY: ReadonlySet<Container> = new Set();

/** A container as the engine keeps it. It is changed by `ContainerService` only. */
export class Container {
  readonly id: string;
  name: string;
  readonly image: Image;
  readonly imageName: string;
  /** The image's configuration and the caller's, merged. */
  readonly config: Partial<ContainerConfig>;
  #hostConfig: Partial<HostConfig>;
  #endpoints: Readonly<Record<string, EndpointSettings>>;
  readonly mountPoints: readonly MountPoint[];
  readonly createdUs: number;
  readonly isTask: boolean;
  #logs: LogBuffer | undefined;
  startedUs = 0;
  finishedUs = 0;
  exitCode = 0;
  /** Why the last start failed. */
  error = "";
  oomKilled = false;
  /** Somebody has stopped or killed it since it was started: its restart policy rests. */
  endedByHand = false;
  /** Set up when it ends for the first time. */
  restarts: RestartBackoff | undefined = undefined;
  /** Runs out when it is to be started again. */
  restartTimer: Timer | undefined = undefined;
  /** What its health checks have found, if it has any. */
  health: Health | undefined = undefined;
  /** The container whose network it uses, while it runs with one. */
  networkOf: Container | undefined = undefined;
  /** Whom it calls what on the default bridge: `--link`. */
  links: ReadonlyMap<string, Container> = NO_LINKS;
  /** The containers that link to it. */
  linkedBy = NOBODY;
  /** MAC addresses as they were asked for, by network: an ended container's record does not tell them. */
  macs: ReadonlyMap<string, string> | undefined = undefined;
  /** Its place on networks, while it runs on some of its own. */
  sandbox: Sandbox | undefined = undefined;
  /** The user of its first process, while it runs. */
  user: ResolvedUser | undefined = undefined;
  /**
   * What the last exec of this run began with that asked for nothing but a command, as health checks do: the next one is
   * mostly the same.
   */
  plainExec: ProcessSpec | undefined = undefined;
  /** What the runtime has of it, while it has something. */
  oci: OciContainer | undefined = undefined;
  #state: ContainerState = "created";
  #changed: WaitQueue | undefined;

  constructor(init: ContainerInit) {
    this.id = init.id;
    this.name = init.name;
    this.image = init.image;
    this.imageName = init.imageName;
    this.config = init.config;
    this.#hostConfig = init.hostConfig;
    this.#endpoints = init.endpoints;
    this.mountPoints = init.mountPoints;
    this.createdUs = init.createdUs;
    this.isTask = init.isTask ?? false;
  }

  /** The container as it is without its processes: as if they had been lost. */
  get record(): ContainerRecord {
    const { id, name, image, imageName, config, hostConfig, mountPoints, createdUs, startedUs, finishedUs } = this;
    const { exitCode, error, oomKilled, endedByHand, health, macs, restartCount } = this;
    const shown = Object.entries(this.endpoints).map(([network, settings]) => [network, stoppedSettings(settings)]);
    return {
      ...{ id, name, image, imageName, config, hostConfig, mountPoints, createdUs, startedUs, finishedUs },
      ...{ exitCode, error, oomKilled, endedByHand, restartCount },
      endpoints: this.isRunning ? Object.fromEntries(shown) : this.#endpoints,
      state: this.isActive ? "exited" : this.#state,
      wasRunning: this.isActive,
      ...(this.isTask && { isTask: true }),
      health: health && { status: health.status, failingStreak: health.failingStreak, log: [...health.log] },
      links: [...this.links].map(([alias, { id: child }]) => [alias, child]),
      macs: [...(macs ?? [])],
      logs: this.#logs?.share() ?? [],
    };
  }

  /** A container that goes on from a record; its links are made when all are there. */
  static restored(record: ContainerRecord): Container {
    const container = new Container(record);
    container.startedUs = record.startedUs;
    container.finishedUs = record.finishedUs;
    container.exitCode = record.exitCode;
    container.error = record.error;
    container.oomKilled = record.oomKilled;
    container.endedByHand = record.endedByHand;
    if (record.restartCount > 0) {
      container.restarts = new RestartBackoff();
      container.restarts.count = record.restartCount;
    }
    if (record.health !== undefined) container.health = Health.of(record.health);
    if (record.macs.length > 0) container.macs = new Map(record.macs);
    if (record.logs.length > 0) container.#logs = LogBuffer.of(record.logs, logRotation(container.hostConfig));
    container.#state = record.state;
    return container;
  }

  get hostConfig(): Partial<HostConfig> {
    return this.#hostConfig;
  }

  set hostConfig(hostConfig: Partial<HostConfig>) {
    this.#hostConfig = hostConfig;
    this.plainExec = undefined;
  }

  /** Its networks, with what it has there while it runs. */
  get endpoints(): Readonly<Record<string, EndpointSettings>> {
    return this.sandbox?.connected(this.#endpoints) ?? this.#endpoints;
  }

  set endpoints(endpoints: Readonly<Record<string, EndpointSettings>>) {
    this.#endpoints = endpoints;
  }

  /** Drops the log: nobody will read it any more. */
  dropLogs(space: Allotment): void {
    this.#logs?.release(space);
  }

  get logs(): LogBuffer {
    this.#logs ??= new LogBuffer(logRotation(this.hostConfig));
    return this.#logs;
  }

  get state(): ContainerState {
    return this.#state;
  }

  /** Whether it has a process. */
  get isRunning(): boolean {
    return this.#state === "running" || this.#state === "paused";
  }

  /** Whether it runs, or waits to be started again by its restart policy. */
  get isActive(): boolean {
    return this.isRunning || this.#state === "restarting";
  }

  get restartCount(): number {
    return this.restarts?.count ?? 0;
  }

  /** Woken when its state has changed. */
  get changed(): WaitQueue {
    this.#changed ??= new WaitQueue("container");
    return this.#changed;
  }

  /** Its start was tried: the engine's files for it are there, whether that went well or not. */
  get hasBeenTried(): boolean {
    return this.startedUs > 0 || this.error !== "";
  }

  /** Whether it has only a loopback device, and none of the files that follow from a network. */
  get isNetworkless(): boolean {
    return this.config.NetworkDisabled === true;
  }

  /** The host name inside. */
  get hostname(): string {
    if (this.networkOf !== undefined) return this.networkOf.hostname;
    return this.config.Hostname !== undefined && this.config.Hostname !== "" ? this.config.Hostname : shortId(this.id);
  }

  /** The pid of its first process on the machine; 0 while it has none. */
  get pid(): number {
    return this.isRunning ? (this.oci?.pid ?? 0) : 0;
  }

  /** @throws StatusError conflict for a change that cannot be. */
  become(next: ContainerState): void {
    const allowed: readonly ContainerState[] = TRANSITIONS[this.#state];
    if (!allowed.includes(next)) {
      throw new StatusError("conflict", `a container that is ${this.#state} cannot become ${next}`);
    }
    this.#state = next;
    this.#changed?.wakeAll();
  }
}

/** @throws StatusError conflict for a container without a process: it does not run, or waits to be started again */
export function checkRunning({ state, id, isRunning }: Container): void {
  if (isRunning) return;
  throw new StatusError(
    "conflict",
    state === "restarting"
      ? `Container ${id} is restarting, wait until the container is running`
      : `container ${id} is not running`,
  );
}
