/**
 * What a container wrote: kept as it came, for `docker logs`, and handed on to whoever is attached.
 *
 * @see moby daemon/logger/jsonfilelog
 */
import { concat, decode, NO_BYTES } from "../../lib/index.ts";
import type { Allotment } from "../../sim/index.ts";
import type { LogEntry, Stream } from "./log-entry.ts";
import { LogFiles, type LogRotation } from "./log-files.ts";

export class LogBuffer {
  #entries: LogEntry[] | undefined;
  /** Where it is kept if it must not grow without end. */
  readonly #files: LogFiles | undefined;
  #shared: readonly LogEntry[] | undefined;
  #listeners: Map<(entry: LogEntry) => void, (() => number) | undefined> | undefined;
  /** What of the host's memory was taken for entries. */
  #takenBytes = 0;

  constructor(rotation?: LogRotation) {
    this.#files = rotation && new LogFiles(rotation);
  }

  /** A log that goes on from these entries, which others may have too. */
  static of(entries: readonly LogEntry[], rotation?: LogRotation): LogBuffer {
    const log = new LogBuffer(rotation);
    if (log.#files === undefined) log.#shared = entries;
    else for (const entry of entries) log.#files.append(entry);
    return log;
  }

  /** The entries so far, for others to go on from. */
  share(): readonly LogEntry[] {
    if (this.#files !== undefined) return this.#files.entries;
    this.#shared = this.entries;
    this.#entries = undefined;
    return this.#shared;
  }

  /** What `space` has no room for is lost, as what a log driver finds no room for on the disk. */
  append(entry: LogEntry, space?: Allotment): void {
    if (this.#files !== undefined) this.#files.append(entry);
    else if (this.#take(ENTRY_BYTES + entry.bytes.length, space)) this.#keep(entry);
    for (const listener of this.#listeners?.keys() ?? []) listener(entry);
  }

  #take(bytes: number, space: Allotment | undefined): boolean {
    if (space === undefined) return true;
    if (!space.hasRoom(bytes)) return false;
    space.take(bytes);
    this.#takenBytes += bytes;
    return true;
  }

  /** Gives back the space that the log took: nobody reads it any more. */
  release(space: Allotment): void {
    space.take(-this.#takenBytes);
    this.#takenBytes = 0;
  }

  /** The streams have ended, and others begin: a line that is not complete never will be. */
  endLine(timeUs: number): void {
    const entry: LogEntry = { stream: "stdout", timeUs, bytes: NO_BYTES };
    if (this.#files !== undefined) this.#files.append(entry);
    else if ((this.entries.at(-1)?.bytes.length ?? 0) > 0) this.#keep(entry);
  }

  #keep(entry: LogEntry): void {
    if (this.#shared !== undefined) {
      this.#entries = [...this.#shared];
      this.#shared = undefined;
    }
    if (this.#entries === undefined) this.#entries = [entry];
    else this.#entries.push(entry);
  }

  /** Bytes that the slowest of those who follow has not passed on yet. */
  get backlog(): number {
    let most = 0;
    for (const backlog of this.#listeners?.values() ?? []) most = Math.max(most, backlog?.() ?? 0);
    return most;
  }

  /**
   * Calls `listener` for everything that comes from now on. Returns what ends that.
   *
   * @param backlog bytes that it has heard of and not passed on yet: who writes waits when there are too many of them
   */
  follow(listener: (entry: LogEntry) => void, backlog?: () => number): () => void {
    this.#listeners ??= new Map();
    this.#listeners.set(listener, backlog);
    return () => this.#listeners?.delete(listener);
  }

  get entries(): readonly LogEntry[] {
    return this.#files?.entries ?? this.#shared ?? this.#entries ?? NO_ENTRIES;
  }

  /** Everything of one stream, or of both in the order in which it came. */
  text(stream?: Stream): string {
    return decode(
      concat(this.entries.filter((entry) => stream === undefined || entry.stream === stream).map(({ bytes }) => bytes)),
    );
  }
}

/** What an entry takes besides its bytes. */
const ENTRY_BYTES = 256;
const NO_ENTRIES: readonly LogEntry[] = [];
