/**
 * A log that is kept in files of a limited size: when one is full the next begins, and the oldest is forgotten.
 *
 * The files are only counted, not written. A file is full once it holds as many bytes as it may, which is asked before a
 * line is written: it can be longer by a line. Unlike Docker's, a line counts as if its time had nine digits after the
 * point, as almost every one of a real clock has.
 *
 * @see moby daemon/logger/loggerutils/logfile.go WriteLogEntry, rotate; daemon/logger/jsonfilelog
 */
import { type LogLine, LogLines } from "./log-lines.ts";
import type { LogEntry } from "./logs.ts";

export interface LogRotation {
  /** Of one file. */
  readonly maxBytes: number;
  readonly maxFiles: number;
}

interface LogFile {
  bytes: number;
  readonly lines: LogLine[];
}

/** What stands around the text of a line. */
const FRAME_BYTES = '{"log":"","stream":"stdout","time":"2006-01-02T15:04:05.999999999Z"}\n'.length;

export class LogFiles {
  readonly #rotation: LogRotation;
  readonly #cutter = new LogLines();
  /** Oldest first. */
  #files: readonly LogFile[] = [{ bytes: 0, lines: [] }];

  constructor(rotation: LogRotation) {
    this.#rotation = rotation;
  }

  append(entry: LogEntry): void {
    const { maxBytes, maxFiles } = this.#rotation;
    for (const line of this.#cutter.push(entry)) {
      if ((this.#files.at(-1)?.bytes ?? 0) >= maxBytes) {
        this.#files = [...this.#files, { bytes: 0, lines: [] }].slice(-maxFiles);
      }
      const file = this.#files.at(-1);
      if (file === undefined) continue;
      file.bytes += FRAME_BYTES + textBytes(line);
      file.lines.push(line);
    }
  }

  /** The lines that are left, and what has come of those that are not complete. */
  get entries(): readonly LogEntry[] {
    return [...this.#files.flatMap(({ lines }) => lines), ...this.#cutter.rest];
  }
}

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
