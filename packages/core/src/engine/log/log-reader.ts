/**
 * A container's log from its beginning, for `docker logs` and the API: which of its lines are wanted, and when no more
 * of them can come.
 *
 * @see moby daemon/logger/loggerutils/logfile.go ReadLogs, follow.go
 */
import type { Container } from "../container/container.ts";
import type { LogEntry } from "./log-entry.ts";
import { type LogLine, LogLines } from "./log-lines.ts";

/** When the lines of a log were written that are wanted, both ends included. */
export interface LogPeriod {
  readonly sinceUs: number;
  readonly untilUs: number;
}

/** One reading of a container's log. */
export class LogReader {
  readonly #container: Container;
  readonly #period: LogPeriod;
  readonly #lines: LogLines;
  #isOver = false;

  constructor(container: Container, period: LogPeriod) {
    this.#container = container;
    this.#period = period;
    this.#lines = LogLines.of(container);
  }

  /** A line has come that was written after the period. Unless one does, the log is followed: time alone ends nothing. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** What has been written so far, of which only the last `tail` lines are wanted. To be asked for once, and first. */
  past(tail: number): readonly LogLine[] {
    const { logs, isRunning } = this.#container;
    const lines = logs.entries.flatMap((entry) => this.push(entry));
    if (!isRunning) lines.push(...this.end());
    return tail === 0 ? [] : lines.slice(-tail);
  }

  /** The wanted lines that are complete with this entry. */
  push(entry: LogEntry): readonly LogLine[] {
    const lines = this.#lines.push(entry);
    this.#isOver ||= lines.some(({ timeUs }) => timeUs > this.#period.untilUs);
    return lines.filter((line) => this.#isWanted(line));
  }

  /** The streams have ended: what is left of them. */
  end(): readonly LogLine[] {
    return this.#lines.end().filter((line) => this.#isWanted(line));
  }

  #isWanted({ timeUs }: LogLine): boolean {
    return timeUs >= this.#period.sinceUs && timeUs <= this.#period.untilUs;
  }
}
