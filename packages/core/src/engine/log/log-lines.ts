/**
 * What a container wrote, as the log driver keeps it: lines, each with the time at which it began to come.
 *
 * A line longer than 16 KiB is kept in pieces, each of which counts as a line. The last line of a stream is kept when
 * the stream ends, without a newline if it has none. What is no UTF-8 is lost to U+FFFD where the file is JSON.
 *
 * @see moby daemon/logger/copier.go, daemon/logger/jsonfilelog
 */
import { readInteger } from "../../lib/go/index.ts";
import { concat, decode, encode, NO_BYTES } from "../../lib/index.ts";
import type { Container } from "../container/container.ts";
import type { LogEntry, Stream } from "./log-entry.ts";
import { isJsonFile } from "./log-rotation.ts";

/** @see moby daemon/logger/copier.go: defaultBufSize */
const LONGEST_LINE = 16 * 1024;
const NEWLINE = 10;

/** A line of a log, or a piece of a long one. */
export interface LogLine extends LogEntry {
  /** The next piece of the same stream belongs to the same line. */
  readonly isPartial: boolean;
}

interface Pending {
  bytes: Uint8Array;
  timeUs: number;
  /** A piece of this line has been kept already. */
  isContinued: boolean;
}

/** How many past lines `--tail` asks for: all of them where it is no number, or a negative one. */
export function tailOf(text: string): number {
  const lines = readInteger(text);
  return typeof lines === "string" || lines < 0 ? Number.POSITIVE_INFINITY : lines;
}

/** Cuts what a container writes into the lines that a log keeps. */
export class LogLines {
  readonly #pending = new Map<Stream, Pending>();
  readonly #format: "json" | "local";

  constructor(format: "json" | "local") {
    this.#format = format;
  }

  /** As the driver of the container keeps them. */
  static of({ hostConfig }: Container): LogLines {
    return new LogLines(isJsonFile(hostConfig.LogConfig?.Type ?? "") ? "json" : "local");
  }

  /** The lines that are complete with this entry. */
  push({ stream, timeUs, bytes }: LogEntry): readonly LogLine[] {
    if (bytes.length === 0) return this.end();
    const lines: LogLine[] = [];
    const pending = this.#pending.get(stream) ?? { bytes: NO_BYTES, timeUs, isContinued: false };
    this.#pending.set(stream, pending);
    if (pending.bytes.length === 0 && !pending.isContinued) pending.timeUs = timeUs;
    let rest = pending.bytes.length === 0 ? bytes : concat([pending.bytes, bytes]);
    for (let end = endOf(rest); end > 0; end = endOf(rest)) {
      const isPartial = rest[end - 1] !== NEWLINE;
      lines.push({ stream, timeUs: pending.timeUs, bytes: this.#kept(rest.subarray(0, end)), isPartial });
      pending.isContinued = isPartial;
      if (!isPartial) pending.timeUs = timeUs;
      rest = rest.subarray(end);
    }
    pending.bytes = rest;
    return lines;
  }

  /** What has come of lines that are not complete. */
  get rest(): readonly LogEntry[] {
    return [...this.#pending].flatMap(([stream, { bytes, timeUs }]) =>
      bytes.length === 0 ? [] : [{ stream, timeUs, bytes }],
    );
  }

  /** The streams have ended: what is left of them. */
  end(): readonly LogLine[] {
    const lines = [...this.#pending].flatMap(([stream, { bytes, timeUs }]) =>
      bytes.length === 0 ? [] : [{ stream, timeUs, bytes: this.#kept(bytes), isPartial: true }],
    );
    this.#pending.clear();
    return lines;
  }

  #kept(bytes: Uint8Array): Uint8Array {
    if (this.#format === "local" || isAscii(bytes)) return bytes;
    // Unlike TextDecoder, Go replaces each byte of what is no text.
    return encode(decode(bytes).toWellFormed());
  }
}

/** Where the first line or piece ends; 0 if it is not complete yet. */
function endOf(bytes: Uint8Array): number {
  const newline = bytes.indexOf(NEWLINE);
  if (newline >= 0 && newline <= LONGEST_LINE) return newline + 1;
  return bytes.length >= LONGEST_LINE ? LONGEST_LINE : 0;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if ((bytes[at] ?? 0) >= 0x80) return false;
  return true;
}
