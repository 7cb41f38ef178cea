import { expect, it } from "vitest";
import { LogLines } from "./log-lines.ts";

const entry = (...bytes: number[]) => ({ stream: "stdout", timeUs: 0, bytes: Uint8Array.from(bytes) }) as const;

// As docker logs prints them after: docker run --log-driver DRIVER busybox printf 'a\377b\0\n'
it.each([
  ["local", [0x61, 0xff, 0x62, 0, 10]],
  ["json", [0x61, 0xef, 0xbf, 0xbd, 0x62, 0, 10]],
] as const)("of what is no UTF-8, files of %s keep %j", (format, kept) => {
  const [line] = new LogLines(format).push(entry(0x61, 0xff, 0x62, 0, 10));
  expect([...(line?.bytes ?? [])]).toEqual(kept);
});
