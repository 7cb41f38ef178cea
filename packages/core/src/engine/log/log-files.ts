/**
 * A log that is kept in files of a limited size: when one is full the next begins, and the oldest is forgotten.
 *
 * The files are only counted, not written. A file is full once it holds as many bytes as it may, which is asked before a
 * line is written: it can be longer by a line. Unlike Docker's, a line counts as if its time had nine digits after the
 * point, as almost every one of a real clock has.
 *
 * @see moby daemon/logger/loggerutils/logfile.go WriteLogEntry, rotate; daemon/logger/jsonfilelog, daemon/logger/local
 */

import type { LogEntry, Stream } from "./log-entry.ts";
import { type LogLine, LogLines } from "./log-lines.ts";

export interface LogRotation {
  /** The largest size of one file. */
  readonly maxBytes: number;
  readonly maxFiles: number;
  /** How a line is written: as an object of JSON, or as the protocol buffer of the driver `local`. */
  readonly format: "json" | "local";
}

interface LogFile {
  bytes: number;
  readonly lines: LogLine[];
}

/** What stands around the text of a line. */
const FRAME_BYTES = '{"log":"","stream":"stdout","time":"2006-01-02T15:04:05.999999999Z"}\n'.length;

const NEWLINE = 10;
/** Twice its length, "stdout" or "stderr" and the nanoseconds since 1970. */
const RECORD_BYTES = 2 * 4 + (2 + "stdout".length) + (1 + 9);
/** The fields of a partial line: that it is one, the id of its line, and its number among the pieces. */
const PIECE_BYTES = 2 + 2 + (2 + 64) + 2;

export class LogFiles {
  readonly #rotation: LogRotation;
  readonly #cutter: LogLines;
  /** Streams whose last piece was not the end of a line. */
  readonly #unended = new Set<Stream>();
  /** Oldest first. */
  #files: readonly LogFile[] = [{ bytes: 0, lines: [] }];

  constructor(rotation: LogRotation) {
    this.#rotation = rotation;
    this.#cutter = new LogLines(rotation.format);
  }

  append(entry: LogEntry): void {
    const { format, maxBytes, maxFiles } = this.#rotation;
    for (const line of this.#cutter.push(entry)) {
      if ((this.#files.at(-1)?.bytes ?? 0) >= maxBytes) {
        this.#files = [...this.#files, { bytes: 0, lines: [] }].slice(-maxFiles);
      }
      const file = this.#files.at(-1);
      if (file === undefined) continue;
      file.bytes += format === "json" ? FRAME_BYTES + textBytes(line) : this.#recordBytes(line);
      file.lines.push(line);
    }
  }

  /** Between its lengths a record has the name of the stream, the time, the text and what it is a piece of. */
  #recordBytes({ stream, bytes, isPartial }: LogLine): number {
    const isPiece = isPartial || this.#unended.has(stream);
    if (isPartial) this.#unended.add(stream);
    else this.#unended.delete(stream);
    const text = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length;
    const field = text === 0 ? 0 : 1 + varintBytes(text) + text;
    return RECORD_BYTES + field + (isPiece ? PIECE_BYTES : 0);
  }

  /** The lines that are left, and what has come of those that are not complete. */
  get entries(): readonly LogEntry[] {
    return [...this.#files.flatMap(({ lines }) => lines), ...this.#cutter.rest];
  }
}

/** Bytes of a varint; for numbers below 2^28. */
const varintBytes = (value: number): number => (value < 2 ** 7 ? 1 : value < 2 ** 14 ? 2 : value < 2 ** 21 ? 3 : 4);

/** As JSON, the way Go writes it: also `<`, `>` and `&` are escaped. What is not ASCII stays as it is. */
function textBytes({ bytes }: LogLine): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at++) sum += JSON_LENGTHS[bytes[at] ?? 0] ?? 1;
  return sum;
}

const JSON_LENGTHS = Uint8Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (byte >= 0x80) return 1;
  return "<>&".includes(char) ? "\\u003c".length : JSON.stringify(char).length - 2;
});
