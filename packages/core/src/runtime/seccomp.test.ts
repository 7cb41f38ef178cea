import { expect, it } from "vitest";
import { compileSeccomp } from "./seccomp.ts";

const DENY = { action: "SCMP_ACT_ERRNO" };
const rule = (names: readonly string[], more: object = {}) => ({
  defaultAction: "SCMP_ACT_ALLOW",
  syscalls: [{ names, ...DENY, ...more }],
});
const denied = (profile: Parameters<typeof compileSeccomp>[0]) => [
  ...(compileSeccomp(profile, "t")?.verdicts.keys() ?? []),
];

it("denies calls by the names that programs use on x86-64", () => {
  expect(denied(rule(["openat", "newfstatat", "mknodat"]))).toEqual(
    expect.arrayContaining(["open", "stat", "lstat", "mknod"]),
  );
  expect(denied(rule(["open", "stat", "fchownat", "mkdirat", "nosuchcall"]))).toEqual([]);
});

it("leaves alone what is no call on Linux", () => {
  const all = denied({ defaultAction: "SCMP_ACT_ERRNO" });
  expect(all).toContain("read");
  for (const name of ["burn", "hold", "brk", "automount", "clock_gettime"]) expect(all).not.toContain(name);
});

it("says nothing of a profile that says nothing", () => {
  expect(compileSeccomp({}, "t")).toBeUndefined();
});

it("lets conditions about one register hold each for itself", () => {
  const args = [
    { index: 1, value: 1, op: "SCMP_CMP_EQ" },
    { index: 1, value: 2, op: "SCMP_CMP_EQ" },
  ];
  const rules = compileSeccomp(rule(["chmod"], { args }), "t")?.verdicts.get("chmod")?.rules ?? [];
  expect(rules.map(({ conditions }) => conditions.length)).toEqual([1, 1]);
});

it("refuses words that it does not know, and calls without a name", () => {
  expect(() => compileSeccomp({ defaultAction: "X" }, "t")).toThrow("string X is not a valid action for seccomp");
  expect(() => compileSeccomp(rule([""]), "t")).toThrow("empty string is not a valid syscall");
});
