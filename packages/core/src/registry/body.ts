/**
 * Bodies of requests and responses as byte arrays.
 *
 * What one side of the process gives to the other passes by reference: nobody changes it.
 */
import { concat } from "../lib/index.ts";

/** How the body of a response goes wrong. */
export interface BodyFault {
  /** The connection breaks after so many bytes. */
  readonly cutAfterBytes?: number;
}

/** A body that gives these bytes, in one piece. */
export function bodyOf(bytes: Uint8Array, fault: BodyFault = {}): ReadableStream<Uint8Array> {
  const cut = fault.cutAfterBytes !== undefined && fault.cutAfterBytes < bytes.length;
  let rest: Uint8Array | undefined = cut ? bytes.subarray(0, fault.cutAfterBytes) : bytes;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (rest !== undefined && rest.length > 0) {
          controller.enqueue(rest);
          rest = undefined;
        } else if (cut) controller.error(new TypeError("terminated"));
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The pieces of a body as they come. Rejects if the connection breaks. */
export async function* piecesOf(message: Request | Response): AsyncGenerator<Uint8Array> {
  if (message.body === null) return;
  const reader = message.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** The whole body. Rejects if it breaks off. @throws BodyTooLong */
export async function bytesOf(message: Request | Response, limit = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of piecesOf(message)) {
    size += piece.length;
    if (size > limit) throw new BodyTooLong(`the body is longer than ${limit} bytes`);
    pieces.push(piece);
  }
  return concat(pieces);
}

export class BodyTooLong extends Error {
  override readonly name = "BodyTooLong";
}
