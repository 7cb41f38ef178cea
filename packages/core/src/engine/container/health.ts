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
import { concat, decode, StatusError } from "../../lib/index.ts";
import type { Timer, World } from "../../sim/index.ts";
import type { ContainerConfig, HealthConfig } from "../docker/create-body.ts";
import type { EngineEvent, EventLog } from "../events.ts";
import type { ExecService, ExecSession } from "../exec.ts";
import type { Container } from "./container.ts";
import { Health, type HealthResult } from "./health-record.ts";

const DEFAULT_INTERVAL_NS = 30e9;
const DEFAULT_TIMEOUT_NS = 30e9;
const DEFAULT_START_INTERVAL_NS = 5e9;
const DEFAULT_RETRIES = 3;
const LOG_LENGTH = 5;
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
  readonly #timers = new Map<Container, Timer>();

  /** Learns from the events which containers run. */
  constructor(parts: HealthParts) {
    this.#parts = parts;
    parts.events.on("event", (event) => {
      if (event.type === "container") this.#heard(event);
    });
  }

  /** The daemon is gone: nobody checks any more. */
  halt(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
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
    if (commandOf(container) === undefined) return;
    // What earlier runs found stays in its log.
    container.health ??= new Health();
    container.health.status = "starting";
    container.health.failingStreak = 0;
    this.#schedule(container);
  }

  /** It has ended or is paused: no more checks for now. */
  #stop(container: Container): void {
    const timer = this.#timers.get(container);
    if (timer === undefined) return;
    timer.cancel();
    this.#timers.delete(container);
    // What is not looked at any more does not count as healthy.
    if (container.health !== undefined) container.health.status = "unhealthy";
  }

  /** It goes on after a pause. */
  #resume(container: Container): void {
    if (container.health !== undefined) this.#schedule(container);
  }

  #schedule(container: Container): void {
    const { clock } = this.#parts.world;
    const delayUs = this.#intervalUs(container);
    this.#timers.set(
      container,
      clock.after(delayUs, () => void this.#check(container)),
    );
  }

  /** Within the start period, a container that is still starting is looked at more often. */
  #intervalUs({ config, health, startedUs }: Container): number {
    const { Interval = 0, StartInterval = 0, StartPeriod = 0 } = config.Healthcheck ?? {};
    const isStarting = this.#parts.kernel.nowUs - startedUs < StartPeriod / 1000 && health?.status === "starting";
    const ns = isStarting ? StartInterval || DEFAULT_START_INTERVAL_NS : Interval || DEFAULT_INTERVAL_NS;
    return ns / 1000;
  }

  async #check(container: Container): Promise<void> {
    const timer = this.#timers.get(container);
    const result = await this.#probe(container);
    // Somebody has stopped or restarted it in the meantime: that was another run's check.
    if (timer === undefined || this.#timers.get(container) !== timer) return;
    this.#judge(container, result);
    this.#schedule(container);
  }

  async #probe(container: Container): Promise<HealthResult> {
    const { exec, kernel } = this.#parts;
    const startUs = kernel.nowUs;
    const result = (exitCode: number, output: string): HealthResult => ({
      startUs,
      endUs: kernel.nowUs,
      exitCode,
      output,
    });
    let session: ExecSession;
    try {
      session = exec.create(container, { Cmd: commandOf(container) ?? [] });
      await exec.start(session, { follows: true });
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      return result(COULD_NOT_RUN, error.message);
    }
    const timeoutNs = container.config.Healthcheck?.Timeout || DEFAULT_TIMEOUT_NS;
    if (!(await this.#endsWithin(session, timeoutNs / 1000))) {
      const heard = outputOf(session);
      const late = `Health check exceeded timeout (${durationText(timeoutNs)})`;
      return result(COULD_NOT_RUN, heard === "" ? late : `${late}: ${heard}`);
    }
    return result(session.exitCode ?? COULD_NOT_RUN, outputOf(session));
  }

  /** False if the time-out came first; the process is killed then. */
  async #endsWithin(session: ExecSession, timeoutUs: number): Promise<boolean> {
    const { world, kernel } = this.#parts;
    let isLate = false;
    const alarm = world.clock.after(timeoutUs, () => {
      isLate = true;
    });
    const what = `a health check of ${session.container.name}`;
    await world.until(() => isLate || !session.isRunning, { follows: true, what });
    alarm.cancel();
    if (session.isRunning && session.process !== undefined) kernel.signals.send(session.process, SIGKILL);
    return !isLate;
  }

  #judge(container: Container, result: HealthResult): void {
    const { health } = container;
    if (health === undefined) return;
    const before = health.status;
    health.log.push(result);
    if (health.log.length > LOG_LENGTH) health.log.shift();
    if (result.exitCode === 0) {
      health.failingStreak = 0;
      health.status = "healthy";
    } else if (!isExcused(container, result)) {
      health.failingStreak++;
      const { Retries = 0 } = container.config.Healthcheck ?? {};
      if (health.failingStreak >= (Retries > 0 ? Retries : DEFAULT_RETRIES)) health.status = "unhealthy";
    }
    if (health.status === before) return;
    const { config, id, imageName, name } = container;
    const attributes = { ...config.Labels, image: imageName, name };
    this.#parts.events.record("container", `health_status: ${health.status}`, id, attributes);
  }
}

/** A failure within the start period does not count, as long as no check has succeeded. */
function isExcused({ config, health, startedUs }: Container, { startUs }: HealthResult): boolean {
  const periodUs = (config.Healthcheck?.StartPeriod ?? 0) / 1000;
  return health?.status === "starting" && startUs - startedUs < periodUs;
}

/** The commands of checks, by their configurations: each is executed again and again. */
const commands = new WeakMap<Partial<ContainerConfig>, readonly string[]>();

/** What is executed; `undefined` if there is no check. */
function commandOf({ config }: Container): readonly string[] | undefined {
  const known = commands.get(config);
  if (known !== undefined) return known;
  const [kind, ...words] = (config.Healthcheck as HealthConfig | undefined)?.Test ?? [];
  if (kind !== "CMD" && kind !== "CMD-SHELL") return undefined;
  const command = kind === "CMD" ? words : [...(config.Shell ?? ["/bin/sh", "-c"]), words[0] ?? ""];
  commands.set(config, command);
  return command;
}

function outputOf({ output }: ExecSession): string {
  const bytes = concat(output.entries.map((entry) => entry.bytes));
  return bytes.length > OUTPUT_LIMIT ? `${decode(bytes.subarray(0, OUTPUT_LIMIT))}...` : decode(bytes);
}
