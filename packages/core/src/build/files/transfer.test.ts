/** The numbers are those that buildx and Docker Engine 28.5.2 have told of such files. */
import { describe, expect, it } from "vitest";
import type { LayerEntry } from "../../content/index.ts";
import { encode } from "../../lib/index.ts";
import { bytesToSend, Transfer } from "./transfer.ts";

const NEW_YEAR_US = 1_577_836_800_000_000;
const COMMON = { mode: 0o644, uid: 0, gid: 0, mtimeUs: NEW_YEAR_US };

function file(path: string, text: string, more: Partial<LayerEntry> = {}): LayerEntry {
  return { ...COMMON, type: "file", path, content: encode(text), ...more };
}

function directory(path: string): LayerEntry {
  return { ...COMMON, type: "dir", path: `${path}/`, mode: 0o755 };
}

describe("bytes to send", () => {
  it.each<[what: string, files: readonly LayerEntry[], bytes: number]>([
    ["an empty file", [file("f", "")], 18],
    ["a file", [file("f", "x".repeat(100))], 124],
    ["directories", [directory("a"), directory("a/b")], 44],
    ["somebody's file", [file("f", "hello", { uid: 3000, gid: 70_000 })], 36],
    ["a file with set-user-id", [file("f", "hello", { mode: 0o4755 })], 31],
    ["files below a directory", [directory("d"), file("d/f", "x".repeat(100)), file("d/longer-name", "x\n")], 189],
    [
      "links",
      [
        directory("x"),
        directory("x/d"),
        directory("x/d/e"),
        file("x/one", "1\n", { mode: 0o4755 }),
        file("x/owned", "123\n", { uid: 3000, gid: 70_000 }),
        { ...COMMON, type: "fifo", path: "x/p" },
        { ...COMMON, type: "symlink", path: "x/s", mode: 0o777, link: "d" },
        { ...COMMON, type: "hardlink", path: "x/two", mode: 0o4755, link: "x/one" },
      ],
      228,
    ],
    ["nothing", [], 0],
  ])("of %s", (_, files, bytes) => {
    expect(bytesToSend(files)).toBe(bytes);
  });

  it("of files that all were changed at one time", () => {
    expect(bytesToSend([file("f", "")], 0)).toBe(8);
  });

  it("of a context are counted with what says that a file, and all, is over", () => {
    const context = [
      file("Dockerfile", "FROM scratch\nCOPY . /\n"),
      file("a", "hi", { mode: 0o4755 }),
      { ...COMMON, type: "symlink", path: "s", mode: 0o777, link: "a" } as const,
    ];
    expect(new Transfer().send(context)).toBe(118);
  });
});
