/**
 * Multiplexed frames: standard output and error in one stream.
 *
 * A header of eight bytes (the stream, three zeros, the length) stands before each piece.
 *
 * @see moby pkg/stdcopy
 */
import { concat, NO_BYTES } from "@bottleship/core/lib";

/** Whose bytes a frame holds. */
export type FrameStream = "stdin" | "stdout" | "stderr";

/** The media type of a stream without frames: a terminal's. */
export const RAW_STREAM = "application/vnd.docker.raw-stream";
/** The media type of a stream of frames. */
export const MULTIPLEXED_STREAM = "application/vnd.docker.multiplexed-stream";
/** From this version of the API on the type of a stream says whether it is multiplexed. */
export const TYPED_STREAMS = 142;

const HEADER_LENGTH = 8;
const NUMBERS: Readonly<Record<FrameStream, number>> = { stdin: 0, stdout: 1, stderr: 2 };
const NAMES: readonly FrameStream[] = ["stdin", "stdout", "stderr"];

/** A piece of one stream. */
export interface Frame {
  readonly stream: FrameStream;
  readonly bytes: Uint8Array;
}

/** A frame with these bytes, of which it has a copy. */
export function encodeFrame(stream: FrameStream, bytes: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEADER_LENGTH + bytes.length);
  frame[0] = NUMBERS[stream];
  new DataView(frame.buffer).setUint32(4, bytes.length);
  frame.set(bytes, HEADER_LENGTH);
  return frame;
}

/** Frames from pieces that are cut anywhere. */
export class FrameDecoder {
  #rest: Uint8Array = NO_BYTES;

  /** The frames that are complete with this piece. */
  push(bytes: Uint8Array): readonly Frame[] {
    this.#rest = this.#rest.length === 0 ? bytes : concat([this.#rest, bytes]);
    const frames: Frame[] = [];
    for (let length = this.#length(); length !== undefined; length = this.#length()) {
      const stream = NAMES[this.#rest[0] ?? 0] ?? "stdout";
      frames.push({ stream, bytes: this.#rest.slice(HEADER_LENGTH, HEADER_LENGTH + length) });
      this.#rest = this.#rest.subarray(HEADER_LENGTH + length);
    }
    return frames;
  }

  #length(): number | undefined {
    const rest = this.#rest;
    if (rest.length < HEADER_LENGTH) return undefined;
    const length = new DataView(rest.buffer, rest.byteOffset).getUint32(4);
    return rest.length < HEADER_LENGTH + length ? undefined : length;
  }
}
