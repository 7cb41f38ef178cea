import { expect, it } from "vitest";
import { TestMachine } from "../testing/machine.ts";
import type { FileSource, OpenFile } from "../vfs/index.ts";
import { FdTable } from "./fd-table.ts";

/** Streams that note which of them were opened. */
function streams() {
  const { kernel } = new TestMachine();
  const opened: number[] = [];
  const source: FileSource = {
    open: (fd): OpenFile => {
      opened.push(fd);
      return kernel.pipes.sink(0, 0, () => {});
    },
  };
  const other = (): OpenFile => kernel.pipes.sink(0, 0, () => {});
  return { source, opened, other };
}

it("standard streams are there before they are opened, and each is opened once, when it is first used", () => {
  const { source, opened, other } = streams();
  const table = new FdTable();
  table.begin(source);
  table.set(3, other(), true);
  expect(table.add(other(), { closeOnExec: false, limit: 10 })).toBe(4);
  expect([0, 1, 2, 3, 4, 5].map((fd) => table.has(fd))).toEqual([true, true, true, true, true, false]);
  expect(table.open()).toEqual([0, 1, 2, 3, 4]);
  expect(opened).toEqual([]);
  const child = table.clone();
  expect(child.get(1)).toBe(table.get(1));
  expect(opened).toEqual([1]);
  table.closeOnExec();
  expect(table.open()).toEqual([0, 1, 2, 4]);
});

it("one that is closed or replaced unopened is gone, and the others are as they were", () => {
  const { source, opened, other } = streams();
  const table = new FdTable();
  table.begin(source);
  table.close(0);
  expect(() => table.get(0)).toThrow("Bad file descriptor");
  const file = other();
  table.set(2, file, false);
  expect(table.get(2)).toBe(file);
  table.get(1);
  expect(opened).toEqual([1]);
  table.closeAll();
  expect(table.open()).toEqual([]);
});
