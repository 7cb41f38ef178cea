import { expect, it } from "vitest";
import { encode, packTar, sha256, type TarHeader, tarHeader } from "../../lib/index.ts";
import { ContextSums } from "./checksum.ts";

const entry = (name: string, text: string, more: Partial<TarHeader> = {}) => {
  const data = encode(text);
  return { header: tarHeader({ name, type: "file", mode: 0o644, size: data.length, ...more }), data };
};
const directory = (name: string) => entry(name, "", { type: "dir", mode: 0o755 });

const sums = new ContextSums(
  packTar([
    directory("d/"),
    entry("d/a", "x", { mode: 0o600, mtimeUs: 5e6 }),
    entry("d/l", "", { type: "symlink", linkName: "a", mode: 0o777 }),
    directory("d/s/"),
    entry("d/s/b", "y"),
    entry("f", "one\n"),
  ]),
);

// What the history of Docker's own builder tells of these files.
it.each([
  [["f"], "file:16be6b8aee693ffcae5ae5c21a86fae382a1a232d4ea05a5d7a3ca4f3ac779d4"],
  [["f*"], "file:16be6b8aee693ffcae5ae5c21a86fae382a1a232d4ea05a5d7a3ca4f3ac779d4"],
  [["d/l"], "file:5aca18815b382213367912f804d50ce9325f9d2d4e79cc843c48fcec46027df1"],
  [["d"], "dir:f09600a87cf48781561f35842560311f80c3e81b7ff27f260d9efcbe70b0fddc"],
  [["f", "/d/"], "multi:b19dea69c22beae339d163e2ee45cf914e99fb771f9315c9ba8d6b423c653735"],
  [["d/*"], "multi:3e8ca586e26ad98affc8e00692958c8a52e5cc32c2e043985a04935045929594"],
])("sums up %j as Docker does", (patterns, expected) => {
  expect(sums.of(patterns)).toBe(expected);
});

it("takes the paths of directories that the archive leaves out for their sums", () => {
  const file = "16be6b8aee693ffcae5ae5c21a86fae382a1a232d4ea05a5d7a3ca4f3ac779d4";
  const bare = new ContextSums(packTar([entry("f", "one\n"), entry("p/q/r", "x")]));
  const inner = sha256(encode("namep/q/rmode420uid0gid0size1typeflag0linknameunamegnamedevmajor0devminor0x"));
  expect(bare.of(["p/q"])).toBe(`dir:${sha256(encode([inner, "p/q"].sort().join(",")))}`);
  expect(bare.of(["."])).toBe(`dir:${sha256(encode([file, inner, "p", "p/q"].sort().join(",")))}`);
});

it("knows no sum of what there is not", () => {
  expect(sums.of(["none"])).toBeUndefined();
  expect(sums.of(["f", "none*"])).toBeUndefined();
});
