import { EventEmitter } from "node:events";
import type { Http2Stream } from "node:http2";
import { expect, it } from "vitest";
import { send } from "./grpc.ts";

it("waits for room or the end of the call, and listens no longer than it waits", async () => {
  const stream = new EventEmitter();
  const full = Object.assign(stream, { destroyed: false, write: () => false }) as unknown as Http2Stream;
  for (const event of ["drain", "close"]) {
    const sent = send(full, new Uint8Array(1));
    expect([stream.listenerCount("drain"), stream.listenerCount("close")]).toEqual([1, 1]);
    stream.emit(event);
    await sent;
    expect([stream.listenerCount("drain"), stream.listenerCount("close")]).toEqual([0, 0]);
  }
});
