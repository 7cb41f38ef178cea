/**
 * Health checks: a command that is executed in a container again and again, and what its answers mean.
 *
 * The monitor follows the world and never makes it go on: without somebody who waits, no check is due.
 *
 * @see moby daemon/health.go
 */
import { SIGKILL } from "../../abi/index.ts";
import type { Kernel } from "../../kernel/index.ts";
import { durationText } from "../../lib/go/index.ts";
import { concat, decode, rememberingEach, StatusError } from "../../lib/index.ts";
import { Timer, type World } from "../../sim/index.ts";
import type { HealthConfig } from "../docker/create-body.ts";
import type { ExecBody } from "../docker/requests/container.ts";
import type { EngineEvent, EventLog } from "../events.ts";
import type { ExecService, ExecSession, SessionWatcher } from "../exec.ts";
import type { Container } from "./container.ts";
import { Health, type HealthResult } from "./health-record.ts";

const DEFAULT_INTERVAL_NS = 30e9;
const DEFAULT_TIMEOUT_NS = 30e9;
const DEFAULT_START_INTERVAL_NS = 5e9;
const DEFAULT_RETRIES = 3;
const OUTPUT_LIMIT = 4096;
const COULD_NOT_RUN = -1;

interface HealthParts {
  readonly world: World;
  readonly kernel: Kernel;
  readonly exec: ExecService;
  readonly events: EventLog;
  /** A container by its id. */
  readonly find: (id: string) => Container;
}

export class HealthMonitor {
  readonly #parts: HealthParts;
  readonly #checks = new Map<Container, Checks>();

  /** Learns from the events which containers run. */
  constructor(parts: HealthParts) {
    this.#parts = parts;
    parts.events.on("event", (event) => {
      if (event.type === "container") this.#heard(event);
    });
  }

  /** The daemon is gone: nobody checks any more. */
  halt(): void {
    for (const checks of this.#checks.values()) checks.abandon();
    this.#checks.clear();
  }

  /** The checks of a container that has gone on without a daemon begin anew. */
  restore(container: Container): void {
    if (container.state === "running") this.#start(container);
  }

  #heard({ action, id }: EngineEvent): void {
    switch (action) {
      case "start":
        this.#start(this.#parts.find(id));
        break;
      case "unpause":
        this.#resume(this.#parts.find(id));
        break;
      case "pause":
      case "die":
        this.#stop(this.#parts.find(id));
        break;
      default:
    }
  }

  /** Its checks begin, if it has any. */
  #start(container: Container): void {
    if (commandOf(container.config) === NO_COMMAND) return;
    // What earlier runs found stays in its log.
    container.health ??= new Health();
    container.health.status = "starting";
    container.health.failingStreak = 0;
    this.#begin(container);
  }

  /** The container has ended or is paused: no more checks for now. */
  #stop(container: Container): void {
    const checks = this.#checks.get(container);
    if (checks === undefined) return;
    checks.end();
    this.#checks.delete(container);
    // What is not looked at any more does not count as healthy.
    if (container.health !== undefined) container.health.status = "unhealthy";
  }

  /** The container goes on after a pause. */
  #resume(container: Container): void {
    if (container.health !== undefined) this.#begin(container);
  }

  #begin(container: Container): void {
    this.#checks.get(container)?.end();
    this.#checks.set(container, new Checks(this.#parts, container));
  }
}

/**
 * The checks of a container from its start, or the end of a pause, to its end or the next pause: one after the other.
 * They are armed for when the next one is due, or the one that runs is too late.
 */
class Checks extends Timer implements SessionWatcher {
  readonly #parts: HealthParts;
  readonly #container: Container;
  readonly #command: Command;
  readonly #healthcheck: Partial<HealthConfig>;
  #session: ExecSession | undefined;
  #startUs = 0;

  constructor(parts: HealthParts, container: Container) {
    super(parts.world.clock);
    this.#parts = parts;
    this.#container = container;
    this.#command = commandOf(container.config);
    this.#healthcheck = container.config.Healthcheck ?? NO_CHECK;
    this.#schedule();
  }

  override fire(): void {
    if (this.#session === undefined) this.#check();
    else this.#late(this.#session);
  }

  /** No more checks. One that runs is killed, and what it has found does not count. */
  end(): void {
    const session = this.#session;
    this.abandon();
    this.#kill(session);
  }

  /** The daemon has ended: nothing is checked any more, and no check that runs is waited for. */
  abandon(): void {
    this.#session = undefined;
    this.cancel();
  }

  #schedule(): void {
    this.arm(this.#parts.world.clock.nowUs + this.#intervalUs());
  }

  /** Within the start period, a container that is still starting is looked at more often. */
  #intervalUs(): number {
    const { health, startedUs } = this.#container;
    const { Interval = 0, StartInterval = 0, StartPeriod = 0 } = this.#healthcheck;
    const isStarting = this.#parts.kernel.nowUs - startedUs < StartPeriod / 1000 && health?.status === "starting";
    const ns = isStarting ? StartInterval || DEFAULT_START_INTERVAL_NS : Interval || DEFAULT_INTERVAL_NS;
    return ns / 1000;
  }

  get #timeoutNs(): number {
    return this.#healthcheck.Timeout || DEFAULT_TIMEOUT_NS;
  }

  #check(): void {
    const { exec, kernel, world } = this.#parts;
    this.#startUs = kernel.nowUs;
    try {
      const session = exec.create(this.#container, this.#command);
      this.#session = session;
      this.arm(world.clock.nowUs + this.#timeoutNs / 1000);
      exec.launch(session, this);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#found(COULD_NOT_RUN, error.message);
    }
  }

  /** The check has ended, or could not be started. */
  sessionEnded(session: ExecSession, refusal: StatusError | undefined): void {
    if (session !== this.#session) return;
    if (refusal !== undefined) this.#found(COULD_NOT_RUN, refusal.message);
    else this.#found(session.exitCode ?? COULD_NOT_RUN, outputOf(session));
  }

  /** The check takes too long: it fails, and its process is killed. */
  #late(session: ExecSession): void {
    const heard = outputOf(session);
    const late = `Health check exceeded timeout (${durationText(this.#timeoutNs)})`;
    this.#found(COULD_NOT_RUN, heard === "" ? late : `${late}: ${heard}`);
    this.#kill(session);
  }

  #kill(session: ExecSession | undefined): void {
    if (session?.process !== undefined) this.#parts.kernel.signals.send(session.process, SIGKILL);
  }

  #found(exitCode: number, output: string): void {
    this.#session = undefined;
    this.#judge({ startUs: this.#startUs, endUs: this.#parts.kernel.nowUs, exitCode, output });
    this.#schedule();
  }

  #judge(result: HealthResult): void {
    const container = this.#container;
    const { health } = container;
    if (health === undefined) return;
    const before = health.status;
    health.add(result);
    if (result.exitCode === 0) {
      health.failingStreak = 0;
      health.status = "healthy";
    } else if (!isExcused(container, result)) {
      health.failingStreak++;
      const { Retries = 0 } = this.#healthcheck;
      if (health.failingStreak >= (Retries > 0 ? Retries : DEFAULT_RETRIES)) health.status = "unhealthy";
    }
    if (health.status === before) return;
    const { config, id, imageName, name } = container;
    const attributes = { ...config.Labels, image: imageName, name };
    this.#parts.events.record("container", `health_status: ${health.status}`, id, attributes);
  }
}

const NO_CHECK: Partial<HealthConfig> = {};

/** A failure within the start period does not count, as long as no check has succeeded. */
function isExcused({ config, health, startedUs }: Container, { startUs }: HealthResult): boolean {
  const periodUs = (config.Healthcheck?.StartPeriod ?? 0) / 1000;
  return health?.status === "starting" && startUs - startedUs < periodUs;
}

/** What an exec is asked for. */
type Command = Pick<ExecBody, "Cmd">;

const NO_COMMAND: Command = { Cmd: [] };

/** What is executed; `NO_COMMAND` if there is no check. Containers that share their configuration share it. */
const commandOf = rememberingEach((config: Container["config"]): Command => {
  const [kind, ...words] = (config.Healthcheck as HealthConfig | undefined)?.Test ?? [];
  if (kind !== "CMD" && kind !== "CMD-SHELL") return NO_COMMAND;
  return { Cmd: kind === "CMD" ? words : [...(config.Shell ?? ["/bin/sh", "-c"]), words[0] ?? ""] };
});

function outputOf({ outputIfAny }: ExecSession): string {
  if (outputIfAny === undefined) return "";
  const bytes = concat(outputIfAny.entries.map((entry) => entry.bytes));
  return bytes.length > OUTPUT_LIMIT ? `${decode(bytes.subarray(0, OUTPUT_LIMIT))}...` : decode(bytes);
}
