import { describe, expect, it } from "vitest";
import { StatusError } from "../lib/index.ts";
import { digestProblem } from "./digest.ts";
import { familiarText, parseReference, parseReferenceOrId, referenceProblem, referenceText } from "./reference.ts";

describe("referenceProblem", () => {
  it.each([
    "busybox",
    "a/b:1.2_x",
    "host:5000/a",
    "localhost/a",
    "[::1]:80/a__b",
    `a@sha256:${"0".repeat(64)}`,
    "a:T@sha512:".concat("f".repeat(128)),
  ])("has none with %s", (text) => expect(referenceProblem(text)).toBeUndefined());

  it.each<[text: string, problem: string]>([
    ["", "invalid reference format"],
    ["a:", "invalid reference format"],
    ["a b", "invalid reference format"],
    ["a//b", "invalid reference format"],
    ["a___b", "invalid reference format"],
    ["docker.io/Busybox", "invalid reference format: repository name (library/Busybox) must be lowercase"],
    ["Busybox", "invalid reference format: repository name (library/Busybox) must be lowercase"],
    ["a".repeat(64), `invalid repository name (${"a".repeat(64)}), cannot specify 64-byte hexadecimal strings`],
    [`a@sha256:${"0".repeat(40)}`, "invalid checksum digest length"],
  ])("has one with %j", (text, problem) => {
    expect(referenceProblem(text)).toBe(problem);
  });
});

describe("digestProblem", () => {
  it("knows three algorithms", () => {
    expect(digestProblem(`sha384:${"a".repeat(96)}`)).toBeUndefined();
    expect(digestProblem("md5:aa")).toBe("unsupported digest algorithm");
    expect(digestProblem(`sha256:${"G".repeat(64)}`)).toBe("invalid checksum digest format");
    expect(digestProblem("sha256")).toBe("invalid checksum digest format");
  });
});

describe("parseReference", () => {
  it.each<[text: string, full: string, familiar: string]>([
    ["busybox", "docker.io/library/busybox", "busybox"],
    ["index.docker.io/busybox:1", "docker.io/library/busybox:1", "busybox:1"],
    ["docker.io/a/b", "docker.io/a/b", "a/b"],
    ["localhost/a", "localhost/a", "localhost/a"],
    ["Host/a:t", "Host/a:t", "Host/a:t"],
    [
      "a.b:5000/c/d@sha256:".concat("0".repeat(64)),
      `a.b:5000/c/d@sha256:${"0".repeat(64)}`,
      `a.b:5000/c/d@sha256:${"0".repeat(64)}`,
    ],
  ])("writes %s out as %s and shows it as %s", (text, full, familiar) => {
    const reference = parseReference(text);
    expect([referenceText(reference), familiarText(reference)]).toEqual([full, familiar]);
  });

  it("refuses with the status of a wrong argument", () => {
    expect(() => parseReference("a//b")).toThrow(new StatusError("invalid-argument", "invalid reference format"));
    expect(parseReferenceOrId("f".repeat(64))).toBeUndefined();
    expect(parseReferenceOrId(`sha256:${"f".repeat(64)}`)).toBeUndefined();
  });
});
