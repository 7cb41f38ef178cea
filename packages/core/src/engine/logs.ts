/**
 * What a container wrote: kept as it came, for `docker logs`, and handed on to whoever is attached.
 *
 * @see moby daemon/logger/jsonfilelog
 */
import { concat, decode } from "../lib/index.ts";

export type Stream = "stdout" | "stderr";

export interface LogEntry {
  readonly stream: Stream;
  readonly timeUs: number;
  readonly bytes: Uint8Array;
}

export class LogBuffer {
  #entries: LogEntry[] | undefined;
  #shared: readonly LogEntry[] | undefined;
  #listeners: Set<(entry: LogEntry) => void> | undefined;

  /** A log that goes on from these entries, which others may have too. */
  static of(entries: readonly LogEntry[]): LogBuffer {
    const log = new LogBuffer();
    log.#shared = entries;
    return log;
  }

  /** The entries so far, for others to go on from. */
  share(): readonly LogEntry[] {
    this.#shared = this.entries;
    this.#entries = undefined;
    return this.#shared;
  }

  append(entry: LogEntry): void {
    if (this.#shared !== undefined) {
      this.#entries = [...this.#shared];
      this.#shared = undefined;
    }
    if (this.#entries === undefined) this.#entries = [entry];
    else this.#entries.push(entry);
    for (const listener of this.#listeners ?? []) listener(entry);
  }

  /** Calls `listener` for everything that comes from now on. Returns what ends that. */
  follow(listener: (entry: LogEntry) => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  get entries(): readonly LogEntry[] {
    return this.#shared ?? this.#entries ?? NO_ENTRIES;
  }

  /** Everything of one stream, or of both in the order in which it came. */
  text(stream?: Stream): string {
    return decode(
      concat(this.entries.filter((entry) => stream === undefined || entry.stream === stream).map(({ bytes }) => bytes)),
    );
  }
}

const NO_ENTRIES: readonly LogEntry[] = [];
