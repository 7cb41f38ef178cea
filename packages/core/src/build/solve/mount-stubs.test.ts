import { expect, it } from "vitest";
import { linesOf, treeWith } from "../../testing/tree.ts";
import { MountStubs } from "./mount-stubs.ts";

it("makes places to mount on, and takes away those that stay empty; the kernel's stay", () => {
  const tree = treeWith({ "x/f": "f" });
  const stubs = new MountStubs(tree);
  stubs.make({ files: ["/etc/hosts", "/x/f"], directories: ["/a/b", "/x/y"] });
  expect(linesOf(tree)).toEqual(expect.arrayContaining(["d 755 0:0 a/b", 'f 755 0:0 etc/hosts ""', "d 755 0:0 x/y"]));
  stubs.clean();
  expect(linesOf(tree)).toEqual([
    "d 755 0:0 dev",
    "d 755 0:0 proc",
    "d 755 0:0 sys",
    "d 755 0:0 x",
    'f 644 0:0 x/f "f"',
  ]);
});

it("leaves a place that something was put beside or into", () => {
  const tree = treeWith({});
  const stubs = new MountStubs(tree);
  stubs.make({ files: [], directories: ["/a/b"] });
  tree.makeDirectory("/a/new");
  stubs.clean();
  expect(linesOf(tree)).toEqual(expect.arrayContaining(["d 755 0:0 a", "d 755 0:0 a/new"]));
  expect(linesOf(tree)).not.toContain("d 755 0:0 a/b");
});

it("gives a directory its time back", () => {
  const tree = treeWith({ x: { directory: true } });
  tree.find("/x")?.inode.setattr({ mtimeUs: 77 });
  const before = tree.find("/x")?.inode.stat().mtimeUs;
  const stubs = new MountStubs(tree);
  stubs.make({ files: [], directories: ["/x/y"] });
  const during = tree.find("/x")?.inode.stat().mtimeUs;
  stubs.clean();
  expect(tree.find("/x")?.inode.stat().mtimeUs).toBe(during);
  expect(before).toBe(77);
});

it("needs none where the container has a file system of its own", () => {
  const tree = treeWith({ dev: { directory: true } });
  new MountStubs(tree).make({ files: ["/dev/pipes/EOF"], directories: ["/proc/x"] });
  expect(linesOf(tree)).toEqual(["d 755 0:0 dev", "d 755 0:0 proc", "d 755 0:0 sys"]);
});
