import { expect, it } from "vitest";
import { linesOf, treeWith } from "../../testing/tree.ts";
import type { ContextFile } from "./context-source.ts";
import { Copier, type CopyOptions } from "./copy.ts";
import { IgnoreMatcher } from "./ignore.ts";

const SOURCE: Readonly<Record<string, ContextFile>> = {
  "dir/a.txt": "A",
  "dir/b.md": "B",
  "dir/sub/c.txt": { content: "C", mode: 0o600 },
  "dir/sub": { directory: true, mode: 0o700 },
  f: "f",
  link: { symlink: "f" },
};

function copied(
  source: string,
  dest: string,
  existing: Readonly<Record<string, ContextFile>> = {},
  options: Partial<CopyOptions> = {},
): readonly string[] {
  const target = treeWith(existing);
  new Copier(treeWith(SOURCE), target, { mountPoint: "/mnt", ...options }).copy(source, dest);
  return linesOf(target);
}

it("copies the contents of a directory, not the directory", () => {
  expect(copied("/dir", "/d")).toEqual([
    "d 755 0:0 d",
    'f 644 0:0 d/a.txt "A"',
    'f 644 0:0 d/b.md "B"',
    "d 700 0:0 d/sub",
    'f 600 0:0 d/sub/c.txt "C"',
  ]);
});

it("puts a file into a directory that exists or is written with a slash, and gives it the name otherwise", () => {
  expect(copied("/f", "/x/y/")).toContain('f 644 0:0 x/y/f "f"');
  expect(copied("/f", "/x", { x: { directory: true } })).toContain('f 644 0:0 x/f "f"');
  expect(copied("/f", "/x/y")).toContain('f 644 0:0 x/y "f"');
});

it("leaves the attributes of the top directory and gives those below the source's", () => {
  const existing = { d: { directory: true, mode: 0o711 }, "d/sub": { directory: true, mode: 0o755 } } as const;
  expect(copied("/dir", "/d", existing)).toEqual(expect.arrayContaining(["d 711 0:0 d", "d 700 0:0 d/sub"]));
});

it("follows a symbolic link that is named, and keeps one that is met on the way", () => {
  expect(copied("/link", "/x")).toEqual(['f 644 0:0 x "f"']);
  expect(copied("/", "/d")).toContain("l 777 0:0 d/link -> f");
});

it("keeps the names of a file together", () => {
  const source = treeWith({ a: "x", b: { hardlink: "a" } });
  const target = treeWith({});
  new Copier(source, target, { mountPoint: "/mnt" }).copy("/", "/d");
  expect(target.find("/d/a")?.inode.stat()).toMatchObject({ nlink: 2, ino: target.find("/d/b")?.inode.stat().ino });
});

it("refuses to put a directory where a file is, and a file where a directory is", () => {
  const isFile = { "d/sub": "file" };
  expect(() => copied("/dir", "/d", isFile)).toThrow("cannot copy to non-directory: /mnt/d/sub");
  expect(() => copied("/dir", "/f", { f: "file" })).toThrow("cannot copy to non-directory: /mnt/f");
  const isDirectory = { "d/a.txt": { directory: true } } as const;
  expect(() => copied("/dir", "/d", isDirectory)).toThrow("cannot replace to directory /mnt/d/a.txt with file");
});

it("gives everything the owner and the mode that are asked for; symbols leave made parents alone", () => {
  const owner = { uid: 5, gid: 6 };
  expect(copied("/f", "/p/q", {}, { owner, mode: "4770" })).toEqual(["d 750 5:6 p", 'f 4770 5:6 p/q "f"']);
  expect(copied("/f", "/p/q", {}, { mode: "u+x" })).toEqual(["d 755 0:0 p", 'f 744 0:0 p/q "f"']);
});

it("leaves out what is excluded, and makes an excluded directory only for what is taken back", () => {
  const exclude = (...patterns: string[]) => ({ exclude: new IgnoreMatcher(patterns) });
  expect(copied("/dir", "/d", {}, exclude("*.txt", "sub"))).toEqual(["d 755 0:0 d", 'f 644 0:0 d/b.md "B"']);
  expect(copied("/dir", "/d", {}, exclude("*", "!a.txt"))).toEqual(["d 755 0:0 d", 'f 644 0:0 d/a.txt "A"']);
  expect(copied("/dir", "/d", {}, exclude("*", "!sub/c.txt"))).toEqual([
    "d 755 0:0 d",
    "d 700 0:0 d/sub",
    'f 600 0:0 d/sub/c.txt "C"',
  ]);
});

it("takes a file that is named itself although a pattern matches it", () => {
  expect(copied("/f", "/x", {}, { exclude: new IgnoreMatcher(["*"]) })).toEqual(['f 644 0:0 x "f"']);
});

it("says of links that lead nowhere that there are too many", () => {
  const loop = { a: { symlink: "b" }, b: { symlink: "a" } };
  expect(() => copied("/f", "/a/x", loop)).toThrow("too many links");
});
