/** Lines that tasks have logged, those of the oldest task first, and those that they log from then on. @see moby daemon/cluster/services.go: ServiceLogs */
import { StatusError } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { EngineEvent } from "../events.ts";
import { type LogLine, LogLines } from "../log/log-lines.ts";
import type { Swarm } from "./swarm.ts";
import type { Task } from "./task.ts";

/** A line and the task that wrote it. */
export interface TaskLine extends LogLine {
  readonly task: Task;
}

export interface TaskLogOptions {
  readonly isWanted: (task: Task) => boolean;
  readonly sinceUs: number;
  /** How many past lines of each task. */
  readonly tail: number;
  /** Also of what is not yet logged, and of tasks that are not yet there. */
  readonly follow: boolean;
  readonly take: (line: TaskLine) => void;
}

/** How many past lines a text asks for. @throws StatusError internal (as with Docker) for what is no number of lines */
export function linesAsked(text: string): number {
  if (text === "" || text === "all") return Number.POSITIVE_INFINITY;
  if (!/^[+-]?\d+$/.test(text)) throw new StatusError("internal", 'tail value must be a positive integer or "all"');
  if (Number(text) < 0) throw new StatusError("internal", "negative tail values not supported");
  return Number(text);
}

/** Hands over the past at once; what it returns ends the rest. */
export function readTaskLogs(
  { swarm }: { readonly swarm: Swarm },
  { isWanted, sinceUs, tail, follow, take }: TaskLogOptions,
): () => void {
  const stops: (() => void)[] = [];
  const tell = (task: Task, lines: readonly LogLine[]): void => {
    for (const line of lines) if (line.timeUs >= sinceUs) take({ ...line, task });
  };
  const begin = (task: Task, container: Container, most: number): void => {
    const lines = LogLines.of(container);
    const past = container.logs.entries.flatMap((entry) => lines.push(entry));
    const kept = container.isRunning ? past : [...past, ...lines.end()];
    tell(task, most === 0 ? [] : kept.slice(-most));
    if (!follow || !container.isActive) return;
    stops.push(container.logs.follow((entry) => tell(task, lines.push(entry))));
  };
  for (const { task, container } of tasksOf(swarm, isWanted)) begin(task, container, tail);
  if (follow) {
    const started = ({ type, action, id }: EngineEvent): void => {
      if (type !== "container" || action !== "start") return;
      const found = tasksOf(swarm, isWanted).find(({ container }) => container.id === id);
      if (found !== undefined) begin(found.task, found.container, Number.POSITIVE_INFINITY);
    };
    for (const { parts } of swarm.current?.members ?? []) {
      parts.events.on("event", started);
      stops.push(() => parts.events.off("event", started));
    }
  }
  return () => {
    for (const stop of stops) stop();
  };
}

/** Oldest first. */
function tasksOf({ current }: Swarm, isWanted: (task: Task) => boolean) {
  return (current?.tasks.all() ?? [])
    .filter(isWanted)
    .sort((a, b) => a.createdUs - b.createdUs)
    .flatMap((task) => {
      const container = current?.containerOf(task);
      return container === undefined ? [] : [{ task, container }];
    });
}
