import { expect, it } from "vitest";
import { parseSize } from "./size.ts";

it.each<[text: string, bytes: number | undefined]>([
  ["32", 32],
  ["32b", 32],
  ["32k", 32768],
  ["1.5 GiB", 1610612736],
  ["32KB", 32768],
  [".5m", 524288],
  ["32bb", undefined],
  ["-32", undefined],
  ["k", undefined],
  ["1  k", undefined],
  ["", undefined],
])("of %j is %j", (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});
