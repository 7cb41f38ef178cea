import { describe, expect, it } from "vitest";
import { sourceKind } from "./remote.ts";

describe("sourceKind", () => {
  it.each<[source: string, kind: string]>([
    ["a/b", "local"],
    ["http://h/a", "http"],
    ["https://h/a.git", "git"],
    ["https://h/a.git#main:d", "git"],
    ["https://h.git", "http"],
    ["git@github.com:a/b", "git"],
    ["ssh://h/a", "git"],
    ["ftp://h/a", "local"],
    ["./a@b:c", "local"],
  ])("of %s is %s", (source, kind) => {
    expect(sourceKind(source)).toBe(kind);
  });
});
