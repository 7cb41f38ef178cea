/**
 * Bodies of requests and responses as bytes.
 *
 * What one side of the process gives to the other passes by reference: nobody changes it.
 */
import { type Bytes, Chunks } from "../lib/index.ts";

/** How the body of a response goes wrong. */
export interface BodyFault {
  /** The connection breaks after so many bytes. */
  readonly cutAfterBytes?: number;
}

/** A body that gives these bytes, in the chunks in which they are. */
export function bodyOf(bytes: Bytes, { cutAfterBytes = bytes.length }: BodyFault = {}): ReadableStream<Uint8Array> {
  const isCut = cutAfterBytes < bytes.length;
  const chunks = Chunks.of(isCut ? bytes.subarray(0, cutAfterBytes) : bytes)[Symbol.iterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = chunks.next();
        if (done !== true) controller.enqueue(value);
        else if (isCut) controller.error(new TypeError("terminated"));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The chunks of a body as they come. Rejects if the connection breaks. */
export async function* chunksOf(message: Request | Response): AsyncGenerator<Uint8Array> {
  if (message.body === null) return;
  const reader = message.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** The whole body in one array. Rejects if it breaks off. @throws BodyTooLong */
export async function bytesOf(message: Request | Response, limit = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunksOf(message)) {
    size += chunk.length;
    if (size > limit) throw new BodyTooLong(`the body is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Chunks.from(chunks).whole();
}

export class BodyTooLong extends Error {
  override readonly name = "BodyTooLong";
}
