import { expect, it } from "vitest";
import { decode } from "../../lib/index.ts";
import { LogLimit } from "./log-limit.ts";

const x = (kib: number): Uint8Array => new Uint8Array(kib * 1024).fill(0x78);
const CLIPPED = "\n[output clipped, log limit 200KiB/s reached]\n";

it("tells 200 KiB a second, and says once where it leaves something out", () => {
  const limit = new LogLimit(0);
  expect(limit.take(x(150), 1e5)).toHaveLength(150 * 1024);
  expect(decode(limit.take(x(60), 2e5)).slice(50 * 1024)).toBe(CLIPPED);
  expect(limit.take(x(60), 3e5)).toHaveLength(0);
  // By then 270 KiB were written, and 400 may be told.
  expect(limit.take(x(100), 1.5e6)).toHaveLength(100 * 1024);
  expect(decode(limit.take(x(31), 1.6e6)).slice(30 * 1024)).toBe(CLIPPED);
});

it("tells 2 MiB at most", () => {
  const limit = new LogLimit(0);
  expect(limit.take(x(2048), 60e6)).toHaveLength(2048 * 1024);
  expect(decode(limit.take(x(1), 90e6))).toBe("\n[output clipped, log limit 2MiB reached]\n");
});
