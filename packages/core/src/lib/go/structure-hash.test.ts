import { expect, test } from "vitest";
import { structureHash } from "./structure-hash.ts";

// From "importing cache manifest from TYPE:NUMBER" of docker build 28.5.2.
test.each([
  ["foo", {}, 4723058739894565127n],
  ["azblob", {}, 16362648164016657472n],
  ["foo", { a: "b", c: "d" }, 17491197060560997315n],
  ["gha", { scope: "x", url: "http://x/", token: "t" }, 6326782338198937399n],
])("a cache of type %s with %o", (Type, Attrs, number) => {
  expect(structureHash("CacheOptionsEntry", { Type, Attrs })).toBe(number);
});
