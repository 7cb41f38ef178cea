import { concat, decode, encode } from "@bottleship/core/lib";
import { expect, it } from "vitest";
import { encodeFrame, FrameDecoder } from "./frames.ts";

it("writes the stream's number and the length in network order before the bytes", () => {
  expect([...encodeFrame("stderr", encode("hi"))]).toEqual([2, 0, 0, 0, 0, 0, 0, 2, 104, 105]);
});

it("finds the same frames however the bytes are cut", () => {
  const bytes = concat([
    encodeFrame("stdout", encode("one")),
    encodeFrame("stderr", encode("")),
    encodeFrame("stdout", encode("two")),
  ]);
  for (const size of [1, 3, 8, 11, bytes.length]) {
    const decoder = new FrameDecoder();
    const frames = [];
    for (let at = 0; at < bytes.length; at += size) frames.push(...decoder.push(bytes.subarray(at, at + size)));
    expect(frames.map(({ stream, bytes: content }) => [stream, decode(content)])).toEqual([
      ["stdout", "one"],
      ["stderr", ""],
      ["stdout", "two"],
    ]);
  }
});
