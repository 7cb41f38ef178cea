import { expect, it } from "vitest";
import { TestMachine } from "../../testing/machine.ts";
import { ContextMemory } from "./context-memory.ts";
import { type ContextDisk, contextEntries } from "./context-source.ts";

it("gives the same tree again as long as nothing has changed", () => {
  const { kernel } = new TestMachine();
  const memory = new ContextMemory();
  const send = (files: Record<string, string>) => memory.send(kernel, contextEntries({ files }, 5, memory.files));
  const first = send({ a: "1", b: "2" });
  const again = send({ a: "1", b: "2" });
  expect(again.fileSystem).toBe(first.fileSystem);
  expect(again.bytes).toBeLessThan(first.bytes);
  expect(send({ a: "1", b: "3" }).fileSystem).not.toBe(first.fileSystem);
});

it("reads a file of a disk again only if its time or size has changed", () => {
  const reads: string[] = [];
  const stats = new Map([
    ["/c", { mode: 0o040755, mtimeMs: 0, size: 0 }],
    ["/c/f", { mode: 0o100644, mtimeMs: 1, size: 2 }],
  ]);
  const disk: ContextDisk = {
    readdirSync: () => ["f"],
    lstatSync: (path) => stats.get(path),
    readlinkSync: () => "",
    readFileSync: (path) => {
      reads.push(path);
      return "ab";
    },
  };
  const { files } = new ContextMemory();
  const read = () => contextEntries({ disk, path: "/c" }, 0, files);
  const [first] = read();
  expect(read()[0]).toBe(first);
  stats.set("/c/f", { mode: 0o100644, mtimeMs: 2, size: 2 });
  expect(read()[0]).not.toBe(first);
  expect(reads).toEqual(["/c/f", "/c/f"]);
});

it("takes bytes anew each time, for they may have been changed in place", () => {
  const { files: known } = new ContextMemory();
  const bytes = new Uint8Array([1]);
  const read = () => contextEntries({ files: { f: bytes } }, 0, known)[0]?.content;
  const before = read();
  bytes[0] = 2;
  expect([before, read()]).toEqual([new Uint8Array([1]), new Uint8Array([2])]);
});
