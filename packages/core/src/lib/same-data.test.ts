import { describe, expect, it } from "vitest";
import { copyData, isSameData } from "./same-data.ts";

describe("isSameData", () => {
  const request = { Image: "a", Cmd: ["x", "y"], Labels: { k: "v" }, Entrypoint: null, Tty: false };

  it("holds for copies, in any order of fields", () => {
    expect(isSameData(request, copyData(request))).toBe(true);
    expect(isSameData({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  });

  it.each([
    ["a value", { ...request, Tty: true }],
    ["a field more", { ...request, User: "1" }],
    ["a field less", { Image: "a", Cmd: ["x", "y"] }],
    ["a longer list", { ...request, Cmd: ["x", "y", "z"] }],
    ["another order of a list", { ...request, Cmd: ["y", "x"] }],
    ["a list for an object", { ...request, Labels: ["v"] }],
    ["null for an object", { ...request, Labels: null }],
  ])("fails for %s", (_what, other) => {
    expect(isSameData(request, other)).toBe(false);
    expect(isSameData(other, request)).toBe(false);
  });
});

describe("copyData", () => {
  it("shares nothing with what it copies", () => {
    const data = { Cmd: ["sleep"] };
    const copy = copyData(data);
    data.Cmd.push("1");
    expect(copy).toEqual({ Cmd: ["sleep"] });
  });
});
