import { expect, it } from "vitest";
import {
  type Call,
  chmod,
  mkdir,
  open,
  personality,
  type SeccompAction,
  type SeccompCondition,
  type SeccompFilter,
  type SyscallName,
} from "../../abi/index.ts";
import { addFilter, judge } from "./judge.ts";

const REFUSE: SeccompAction = { kind: "errno", errno: 1 };
const ALLOW: SeccompAction = { kind: "allow" };

function answer(call: Call, name: string, condition: Omit<SeccompCondition, "valueTwo"> & { valueTwo?: bigint }) {
  const rules = [{ call: name, conditions: [{ valueTwo: 0n, ...condition }], action: REFUSE }];
  return judge(call, { rules, otherwise: ALLOW }).kind;
}

it("compares registers as 64 bits without a sign", () => {
  expect(answer(personality(8), "personality", { index: 0, value: 8n, op: "SCMP_CMP_EQ" })).toBe("errno");
  expect(answer(personality(0), "personality", { index: 0, value: 8n, op: "SCMP_CMP_EQ" })).toBe("allow");
  const setUid = { index: 1, value: 0o4000n, valueTwo: 0o4000n, op: "SCMP_CMP_MASKED_EQ" } as const;
  expect(answer(chmod("f", 0o4755), "chmod", setUid)).toBe("errno");
  expect(answer(chmod("f", 0o755), "chmod", setUid)).toBe("allow");
});

it("counts the registers of a call from the directory that Linux's has", () => {
  expect(answer(open("f", 1), "openat", { index: 0, value: 0xffff_ff9cn, op: "SCMP_CMP_EQ" })).toBe("errno");
  expect(answer(open("f", 1), "openat", { index: 2, value: 0n, op: "SCMP_CMP_GT" })).toBe("errno");
});

it("gives the stricter answer of two filters", () => {
  const filter = (call: SyscallName, otherwise: SeccompAction): SeccompFilter => ({
    name: "t",
    verdicts: new Map([[call, { rules: [], otherwise }]]),
    personas: undefined,
    deniesNamespaces: false,
  });
  const both = addFilter(filter("mkdir", { kind: "kill" }), filter("mkdir", REFUSE));
  const verdict = both.verdicts.get("mkdir");
  expect(verdict && judge(mkdir("d"), verdict).kind).toBe("kill");
  expect(addFilter(filter("chmod", REFUSE), filter("mkdir", REFUSE)).verdicts.has("chmod")).toBe(true);
});
