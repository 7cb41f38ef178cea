/** A piece of what a container has written. */

export type Stream = "stdout" | "stderr";

export interface LogEntry {
  readonly stream: Stream;
  readonly timeUs: number;
  /** None at all where the streams have ended and others begun. */
  readonly bytes: Uint8Array;
}
