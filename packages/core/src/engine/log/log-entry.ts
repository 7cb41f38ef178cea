/** A piece of what a container has written. */

export type Stream = "stdout" | "stderr";

/** A piece that a container wrote, with the time at which it came. */
export interface LogEntry {
  readonly stream: Stream;
  readonly timeUs: number;
  /** None at all where the streams have ended and others begun. */
  readonly bytes: Uint8Array;
}
