import { expect, it } from "vitest";
import { treeWith } from "../../testing/tree.ts";
import { type ChecksumOptions, checksums, combined } from "./checksum.ts";
import type { ContextFile } from "./context-source.ts";
import { IgnoreMatcher } from "./ignore.ts";

function digest(files: Readonly<Record<string, ContextFile>>, path = "/", options: ChecksumOptions = {}): string {
  const sums = checksums(treeWith(files), path, options);
  return sums === undefined ? "nothing" : combined(sums);
}

it("names, contents, modes and link targets count", () => {
  const files = { f: "x", l: { symlink: "f" } };
  const same = digest(files);
  expect(digest({ ...files })).toBe(same);
  for (const other of [
    { ...files, f: "y" },
    { ...files, f: { content: "x", mode: 0o755 } },
    { ...files, l: { symlink: "g" } },
    { ...files, g: "" },
    { g: "x", l: { symlink: "f" } },
  ]) {
    expect(digest(other)).not.toBe(same);
  }
});

it("times do not count", () => {
  const tree = treeWith({ f: "x" });
  const before = combined(checksums(tree, "/") ?? new Map());
  tree.find("/f")?.inode.setattr({ mtimeUs: 1_000_000 });
  expect(combined(checksums(tree, "/") ?? new Map())).toBe(before);
});

it("modes of directories count in a layer, not in a context", () => {
  const files = (mode: number) => ({ "d/f": "x", d: { directory: true, mode } }) as const;
  expect(digest(files(0o755))).not.toBe(digest(files(0o700)));
  const isFromOutside = true;
  expect(digest(files(0o755), "/", { isFromOutside })).toBe(digest(files(0o700), "/", { isFromOutside }));
});

it("what is excluded does not count", () => {
  const exclude = new IgnoreMatcher(["*.md"]);
  expect(digest({ f: "x", "a.md": "1" }, "/", { exclude })).toBe(digest({ f: "x", "b.md": "2" }, "/", { exclude }));
});

it("a file is named by where a link leads, and nothing is undefined", () => {
  expect(digest({ f: "x", l: { symlink: "f" } }, "/l")).toBe(digest({ f: "x" }, "/f"));
  expect(digest({}, "/nope")).toBe("nothing");
});
