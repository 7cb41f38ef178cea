/**
 * `docker stats`: what containers use, once or again and again.
 *
 * @see docker/cli cli/command/container/stats.go
 */
import type { Container } from "../container/container.ts";
import { type ContainerStats, measureStats } from "../container/stats.ts";
import { renderStats, type StatsEntry } from "../docker/lists/stats.ts";
import { orFail } from "../docker/problem.ts";
import type { RequestOf } from "../docker/request.ts";
import type { Engine } from "../engine.ts";
import { ConnectionLost } from "../machine/daemon-life.ts";
import type { Session } from "./session.ts";

const SECOND_US = 1_000_000;
/** How often the screen is drawn; what is on it is measured every second. */
const SCREEN_US = 500_000;

type StatsRequest = RequestOf<"stats">;

/**
 * `docker stats` of the named containers, or of those that run. Without `--no-stream` it goes on until it is
 * interrupted or the daemon ends.
 */
export async function printStats(session: Session, request: StatsRequest): Promise<number> {
  const { engine } = session;
  const named = request.containers.map((name) => new Gauge(engine, engine.containers.get(name), name));
  const gauges = named.length > 0 ? () => named : listed(engine, request);
  if (!request.noStream) return stream(session, request, gauges);
  const all = gauges();
  await engine.life.sleep(SECOND_US, { what: "a second measurement", ...session.interruptible });
  for (const gauge of all) gauge.measure();
  session.out(table(all, request));
  return 0;
}

async function stream(session: Session, request: StatsRequest, gauges: () => readonly Gauge[]): Promise<number> {
  const { life } = session.engine;
  const options = { follows: true, what: "the last statistics", ...session.interruptible };
  gauges();
  try {
    for (let screens = 1; ; screens++) {
      await life.sleep(SCREEN_US, options);
      const all = gauges();
      if (screens % (SECOND_US / SCREEN_US) === 0) for (const gauge of all) gauge.measure();
      session.out(screen(table(all, request)));
    }
  } catch (error) {
    // The daemon has ended: the real client does not complain either.
    if (error instanceof ConnectionLost) return 0;
    throw error;
  }
}

/** @throws CliError for a wrong template */
function table(gauges: readonly Gauge[], request: StatsRequest): string {
  const entries = gauges.map((gauge) => gauge.entry());
  return orFail(() => renderStats(entries, request));
}

/** As the real client draws it, which shows the text once more before it clears what is left of the last one. */
function screen(text: string): string {
  const drawn = `\x1b[H${text}`;
  const cleared = drawn.split("\n").map((line) => `${line} \x1b[K\n`);
  return `${drawn}${cleared.join("")}\x1b[J`;
}

/** The containers to show, looked up anew for each round: those that run, or with `--all` all. New ones come last. */
function listed(engine: Engine, { all }: Pick<StatsRequest, "all">): () => readonly Gauge[] {
  const known = new Map<Container, Gauge>();
  return () => {
    const present = new Set(engine.containers.list({ all }));
    for (const container of known.keys()) if (!present.has(container)) known.delete(container);
    for (const container of present) {
      if (!known.has(container)) known.set(container, new Gauge(engine, container, container.id));
    }
    return [...known.values()];
  };
}

/** One container, measured again and again. */
class Gauge {
  readonly #engine: Engine;
  readonly #container: Container;
  readonly #name: string;
  #now: ContainerStats;

  /** @param name as the user calls it */
  constructor(engine: Engine, container: Container, name: string) {
    this.#engine = engine;
    this.#container = container;
    this.#name = name;
    this.#now = measureStats(engine, container, undefined);
  }

  measure(): void {
    this.#now = measureStats(this.#engine, this.#container, this.#now);
  }

  entry(): StatsEntry {
    const { memory_stats: memory, networks = {}, pids_stats: pids, name, id } = this.#now;
    const { usage = 0, limit = 0, stats = {} } = memory;
    const cache = stats["inactive_file"] ?? 0;
    const used = cache < usage ? usage - cache : usage;
    const devices = Object.values(networks);
    const blocks = this.#now.blkio_stats["io_service_bytes_recursive"] ?? [];
    const moved = (wanted: "read" | "write"): number =>
      blocks.reduce((sum, { op, value }) => (op === wanted ? sum + value : sum), 0);
    return {
      container: this.#name,
      name,
      id,
      cpuPercent: cpuPercent(this.#now),
      memory: used,
      memoryLimit: limit,
      memoryPercent: limit === 0 ? 0 : (used / limit) * 100,
      networkReceived: devices.reduce((sum, { rx_bytes }) => sum + rx_bytes, 0),
      networkSent: devices.reduce((sum, { tx_bytes }) => sum + tx_bytes, 0),
      blockRead: moved("read"),
      blockWritten: moved("write"),
      pids: pids.current ?? 0,
      invalid: this.#engine.containers.peek(id) !== this.#container,
    };
  }
}

/** 100 is one processor. */
function cpuPercent({ cpu_stats: now, precpu_stats: before }: ContainerStats): number {
  const used = now.cpu_usage.total_usage - before.cpu_usage.total_usage;
  const possible = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  return used > 0 && possible > 0 ? (used / possible) * (now.online_cpus ?? 1) * 100 : 0;
}
