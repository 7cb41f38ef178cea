import { expect, it } from "vitest";
import { rangeMessages } from "./progress.ts";

it("tells of every line of an instruction by itself, as BuildKit does", () => {
  const lines = rangeMessages({ startLine: 2, endLine: 4 }).map(({ start, end }) => [start.line, end.line]);
  expect(lines).toEqual([
    [2, 2],
    [3, 3],
    [4, 4],
  ]);
});
