/**
 * A stream of bytes in the messages of a call: so clients open a session whose other calls go the same way.
 *
 * @see BuildKit session/grpchijack
 */
import { Duplex } from "node:stream";
import type { GrpcCall } from "./grpc-server.ts";
import { MESSAGES } from "./messages.ts";

export function callStream({ messages, send }: Pick<GrpcCall, "messages" | "send">): Duplex {
  const arriving = messages[Symbol.asyncIterator]();
  return new Duplex({
    read() {
      arriving.next().then(
        ({ done, value }) => void this.push(done === true ? null : MESSAGES.bytes.decode(value).data),
        (error: unknown) => void this.destroy(error instanceof Error ? error : undefined),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      send(MESSAGES.bytes.encode({ data: chunk })).then(() => done(), done);
    },
  });
}
