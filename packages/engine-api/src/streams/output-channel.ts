/**
 * What a process writes, on its way to a client: in frames, or as it is.
 *
 * Between a pipe and a client stands a copier that reads what there is whenever it is woken. What is written before it
 * gets to that goes out with what woke it, as far as its buffer has room.
 *
 * @see moby container/stream/attach.go CopyStreams; Go's io.Copy
 */
import type { LogEntry } from "@bottleship/core/engine";
import { concat } from "@bottleship/core/lib";
import type { Output } from "../http/exchange.ts";
import { Channel } from "./channel.ts";
import { encodeFrame } from "./frames.ts";

const BUFFER_BYTES = 32 * 1024;
/** Virtual time in which a copier that was woken has not read yet: of two builtin `echo`s both are read at once. */
const READING_US = 100;

/** What is read at once. */
interface Reading {
  readonly stream: LogEntry["stream"];
  readonly parts: Uint8Array[];
  length: number;
  /** When the last part was written. */
  timeUs: number;
}

export class OutputChannel {
  readonly #readings = new Channel<Reading>();
  #waitingBytes = 0;
  /** The newest, while it waits and may grow. */
  #growing: Reading | undefined;

  /** What was written and has not gone out yet, while there is somebody to whom it goes. */
  get waitingBytes(): number {
    return this.#readings.isClosed ? 0 : this.#waitingBytes;
  }

  /** Output as it is written. */
  write({ stream, timeUs, bytes }: LogEntry): void {
    if (this.#readings.isClosed) return;
    const last = this.#growing;
    const isRead = last?.stream === stream && timeUs - last.timeUs <= READING_US;
    const room = isRead ? BUFFER_BYTES - last.length : 0;
    if (isRead && room > 0) this.#grow(last, bytes.subarray(0, room), timeUs);
    for (let at = room; at < bytes.length; at += BUFFER_BYTES) {
      const part = bytes.subarray(at, at + BUFFER_BYTES);
      this.#growing = { stream, parts: [part], length: part.length, timeUs };
      this.#push(this.#growing);
    }
  }

  /** A message that is a frame of its own. */
  say({ stream, timeUs, bytes }: LogEntry): void {
    if (this.#readings.isClosed) return;
    this.#growing = undefined;
    this.#push({ stream, parts: [bytes], length: bytes.length, timeUs });
  }

  /** What was written still goes out. */
  close(): void {
    this.#readings.close();
  }

  /** Hands over what comes, until the channel is closed or the client is gone. */
  async drain(output: Output, isRaw: boolean): Promise<void> {
    await this.#readings.drain(output, (reading) => {
      if (reading === this.#growing) this.#growing = undefined;
      this.#waitingBytes -= reading.length;
      const [first] = reading.parts;
      const bytes = first !== undefined && reading.parts.length === 1 ? first : concat(reading.parts);
      return isRaw ? bytes : encodeFrame(reading.stream, bytes);
    });
  }

  #grow(reading: Reading, bytes: Uint8Array, timeUs: number): void {
    reading.parts.push(bytes);
    reading.length += bytes.length;
    reading.timeUs = timeUs;
    this.#waitingBytes += bytes.length;
  }

  #push(reading: Reading): void {
    this.#waitingBytes += reading.length;
    this.#readings.push(reading);
  }
}
