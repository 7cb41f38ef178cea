/** `docker top`, `stats`, `port`. @see docker/cli cli/command/container/top.go, stats.go, port.go */
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container.ts";
import { renderStats, type StatsEntry } from "../docker/lists/stats.ts";
import type { RequestOf } from "../docker/request.ts";
import { alignColumns } from "../docker/table.ts";
import { portMap } from "../network/port-bindings.ts";
import { measureStats } from "../stats.ts";
import { topTable } from "../top.ts";
import type { Session } from "./session.ts";

const SECOND_US = 1_000_000;

export function printTop(session: Session, { container: name, psOptions }: RequestOf<"top">): number {
  const { containers, kernel } = session.engine;
  const container = containers.get(name);
  const { Titles, Processes } = topTable(container, kernel.nowUs, psOptions.join(" "));
  containers.note(container, "top");
  const rows = [Titles, ...Processes].map((cells) => `${cells.join("\t")}\n`);
  session.out(alignColumns(rows.join(""), { minimumWidth: 20 }));
  return 0;
}

/** One round: of the containers named, or of those that run. */
export async function printStats(session: Session, request: RequestOf<"stats">): Promise<number> {
  const { containers, life, world } = session.engine;
  const named = request.containers.map((name) => ({ name, container: containers.get(name) }));
  const listed = containers.list({ all: request.all }).map((container) => ({ name: container.id, container }));
  const wanted = request.containers.length > 0 ? named : listed;
  if (!request.noStream) {
    throw new StatusError("not-implemented", "statistics are not streamed to a command line: use --no-stream");
  }
  const before = wanted.map(({ container }) => measureStats(session.engine, container, undefined));
  let isOver = false;
  world.clock.after(SECOND_US, () => {
    isOver = true;
  });
  await life.until(() => isOver, { what: "a second measurement" });
  const entries = wanted.map(({ name, container }, index) => entryOf(session, name, container, before[index]));
  session.out(renderStats(entries, request));
  return 0;
}

type Measured = ReturnType<typeof measureStats>;

function entryOf(session: Session, name: string, container: Container, before: Measured | undefined): StatsEntry {
  const { cpu_stats: cpu, memory_stats: memory, pids_stats: pids } = measureStats(session.engine, container, undefined);
  const used = cpu.cpu_usage.total_usage - (before?.cpu_stats.cpu_usage.total_usage ?? 0);
  const { usage = 0, limit = 0 } = memory as { readonly usage?: number; readonly limit?: number };
  return {
    container: name,
    name: `/${container.name}`,
    id: container.id,
    cpuPercent: container.isRunning ? (used / (SECOND_US * 1000)) * 100 : 0,
    memory: usage,
    memoryLimit: limit,
    memoryPercent: limit === 0 ? 0 : (usage / limit) * 100,
    networkReceived: 0,
    networkSent: 0,
    blockRead: 0,
    blockWritten: 0,
    pids: (pids as { readonly current?: number }).current ?? 0,
    invalid: false,
  };
}

export function printPorts(session: Session, { container: name, port }: RequestOf<"port">): number {
  const { sandbox } = session.engine.containers.get(name);
  const published = Object.entries(portMap(sandbox?.ports ?? [], [])).flatMap(([key, bindings]) =>
    (bindings ?? []).map(({ HostIp, HostPort }) => ({ key, text: `${bracketed(HostIp)}:${HostPort}` })),
  );
  if (port === undefined) {
    const lines = published.map(({ key, text }) => ({ number: Number.parseInt(key, 10), line: `${key} -> ${text}` }));
    session.lines(lines.sort((a, b) => a.number - b.number || (a.line < b.line ? -1 : 1)).map(({ line }) => line));
    return 0;
  }
  const [number = "", protocol = "tcp"] = port.split("/");
  if (!/^\d+$/.test(number) || Number(number) > 65535) {
    session.err(`Error: invalid port (${number}): ${/^\d+$/.test(number) ? "value out of range" : "invalid syntax"}\n`);
    return 1;
  }
  const wanted = `${Number(number)}/${protocol}`;
  const found = published.filter(({ key }) => key === wanted);
  if (found.length === 0) {
    session.err(`Error: No public port '${port}' published for ${name}\n`);
    return 1;
  }
  session.lines(found.map(({ text }) => text));
  return 0;
}

const bracketed = (address: string | undefined): string =>
  address?.includes(":") === true ? `[${address}]` : (address ?? "");
