/**
 * The daemon of a machine: it can be stopped, started again, and can crash, with what that means for containers and for
 * clients.
 *
 * Containers do not need it to run. A daemon that is stopped in order stops them first, unless it is one with live-restore;
 * one that crashes leaves them alone, and what it finds alive when it starts again it stops, unless it is one with
 * live-restore. Containers that have ended in the meantime have exit code 255 and no `die` event. Then restart policies
 * are looked at: `unless-stopped` rests after a user's stop, `on-failure` goes by the exit code alone.
 *
 * Unlike dockerd's, containers do not block on a full pipe while nobody reads their logs.
 *
 * @see moby daemon/daemon.go: Shutdown, restore; cmd/dockerd/daemon.go
 */
import { Emitter, StatusError } from "../../lib/index.ts";
import { type Duration, microsecondsOf, type World } from "../../sim/index.ts";
import type { HealthMonitor } from "../container/health.ts";
import type { ContainerService } from "../containers.ts";
import type { EventLog } from "../events.ts";
import type { ExecService } from "../exec.ts";
import { ConnectionLost, type DaemonLife } from "./daemon-life.ts";

/** Where the daemon is in its life. */
export type DaemonState = "running" | "stopping" | "stopped" | "starting";

/** How the daemon is started. */
export interface DaemonOptions {
  /** Whether containers go on while there is no daemon, from now on: `live-restore` of daemon.json. */
  readonly liveRestore?: boolean;
}

/** How the daemon is started again. */
export interface RestartOptions extends DaemonOptions {
  /** How long nobody answers. Default 0. */
  readonly downFor?: Duration;
}

interface DaemonParts {
  readonly world: World;
  readonly life: DaemonLife;
  readonly containers: ContainerService;
  readonly exec: ExecService;
  readonly health: HealthMonitor;
  readonly events: EventLog;
}

/** What docker's client says when there is no daemon. */
export const NO_DAEMON =
  "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";

/** The daemon of a machine: `engine.daemon`. */
export class Daemon extends Emitter<{ ended: []; started: [] }> {
  readonly #parts: DaemonParts;
  #state: DaemonState = "running";
  /** @see https://docs.docker.com/engine/daemon/live-restore/ */
  liveRestore = false;

  constructor(parts: DaemonParts) {
    super();
    this.#parts = parts;
  }

  get state(): DaemonState {
    return this.#state;
  }

  /** Whether it answers. */
  get isListening(): boolean {
    return this.#state === "running" || this.#state === "stopping";
  }

  /** @throws StatusError unavailable while nobody answers */
  check(): void {
    if (!this.isListening) throw new StatusError("unavailable", NO_DAEMON);
  }

  /** As SIGTERM ends it: without live-restore containers are stopped first. Does nothing unless it runs. */
  async stop(): Promise<void> {
    if (this.#state !== "running") return;
    this.#state = "stopping";
    if (!this.liveRestore) await this.#parts.containers.shutDown();
    // Clients that wait for a container hear of its end before their connections are closed.
    await this.#parts.world.advance(1);
    if (this.#state === "stopping") this.#end();
  }

  /** As SIGKILL ends it, or a bug: containers go on, and their ends are not noticed. Does nothing if it is stopped. */
  crash(): void {
    if (this.#state !== "stopped") this.#end();
  }

  /** The machine loses its power: daemon and containers are gone. */
  async losePower(): Promise<void> {
    this.crash();
    await this.#parts.containers.losePower();
  }

  /** Starts it. Resolves when what its containers' policies say is done. Does nothing unless it is stopped. */
  async start({ liveRestore = this.liveRestore }: DaemonOptions = {}): Promise<void> {
    if (this.#state !== "stopped") return;
    this.liveRestore = liveRestore;
    this.#state = "starting";
    const { containers, events, health } = this.#parts;
    const { number } = this.#parts.life;
    events.forget();
    containers.findEnded();
    events.isSilent = false;
    try {
      if (liveRestore) for (const container of containers.list()) health.restore(container);
      else await containers.stopOrphans();
      await containers.restore();
    } catch (error) {
      if (!(error instanceof ConnectionLost)) throw error;
    }
    // The daemon has crashed before it was ready.
    if (this.#parts.life.number !== number) return;
    this.#state = "running";
    this.emit("started");
  }

  /** Resolves when it runs. One that is stopped, or about to be, is started. */
  async ready(): Promise<void> {
    const { world } = this.#parts;
    const turns = (wanted: () => boolean): Promise<void> => world.until(wanted, { what: "the daemon" });
    await turns(() => this.#state !== "stopping");
    await this.start();
    await turns(() => this.#state === "running");
  }

  /** Stops it and starts it again. */
  async restart({ downFor = 0, liveRestore = this.liveRestore }: RestartOptions = {}): Promise<void> {
    this.liveRestore = liveRestore;
    await this.stop();
    const downUs = microsecondsOf(downFor);
    if (downUs > 0) await this.#parts.world.advance(downUs);
    await this.start();
  }

  #end(): void {
    const { containers, events, exec, health, life } = this.#parts;
    this.#state = "stopped";
    events.isSilent = true;
    life.end();
    health.halt();
    exec.forget();
    containers.abandon();
    this.emit("ended");
  }
}
