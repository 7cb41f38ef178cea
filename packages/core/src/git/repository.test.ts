/** Ids of commits, trees and tags are those that git 2.39.5 gave for the same files, authors and times. */
import { expect, it } from "vitest";
import { lsRemote, lsRemoteText } from "./ls-remote.ts";
import { recordedRepository } from "./testing/recorded-repository.ts";

const FIRST = "220183242b436dd44ff3538f4a1e2134e1fc6e62";
const SECOND = "13cda92a925849e1db411e719f66b985ef5e2795";
const SECOND_TAG = "a7dd819f8fd64296a3fe31993d39192a5bdfa241";
const FEATURE = "18121e3d432ad71e771ba90496a258765379f9a5";

it("gives objects the ids that git gives them", () => {
  expect(recordedRepository().refs()).toEqual([
    ["refs/heads/both", FIRST],
    ["refs/heads/feature/x", FEATURE],
    ["refs/heads/main", SECOND],
    ["refs/tags/both", SECOND],
    ["refs/tags/v1", FIRST],
    ["refs/tags/v2", SECOND_TAG],
  ]);
});

it.each([
  ["main", `${SECOND}\trefs/heads/main\n`],
  ["HEAD", `${SECOND}\tHEAD\n`],
  ["both", `${FIRST}\trefs/heads/both\n${SECOND}\trefs/tags/both\n`],
  ["tags/both", `${SECOND}\trefs/tags/both\n`],
  ["ma*", `${SECOND}\trefs/heads/main\n`],
  ["x", `${FEATURE}\trefs/heads/feature/x\n`],
  ["v2", `${SECOND_TAG}\trefs/tags/v2\n`],
  ["v2^{}", `${SECOND}\trefs/tags/v2^{}\n`],
  ["ain", ""],
  [FIRST.slice(0, 7), ""],
])("ls-remote %s", (pattern, text) => {
  expect(lsRemoteText(lsRemote(recordedRepository(), [pattern]))).toBe(text);
});

it("refuses paths that git does not keep", () => {
  for (const path of ["a/../b", "/a", "a//b", ".git/config", "a/.GIT"])
    expect(() => recordedRepository({ more: { [path]: "x" } })).toThrow(`invalid path '${path}'`);
  expect(() => recordedRepository({ more: { "a.txt/b": "x" } })).toThrow("'a.txt' is both a file and a directory");
});
