import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { endWithReaders, READER_GONE } from "./terminal.ts";

it("ends without a word when nobody reads its output any more, and goes on when nobody reads complaints", () => {
  const [stdout, stderr] = [new EventEmitter(), new EventEmitter()];
  const codes: number[] = [];
  endWithReaders({ stdout, stderr, exit: (code) => void codes.push(code) });
  const gone = Object.assign(new Error("write EPIPE"), { code: "EPIPE" });
  stderr.emit("error", gone);
  expect(codes).toEqual([]);
  stdout.emit("error", gone);
  expect(codes).toEqual([READER_GONE]);
  expect(() => stdout.emit("error", new Error("write EIO"))).toThrow("write EIO");
});
