/** What buildx 0.29.1 said of `--call`. */
import { expect, it } from "vitest";
import { createEngine } from "../../index.ts";

const WARNED = "FROM scratch\nMAINTAINER me\n";
const asked = (call: string, dockerfile = WARNED) =>
  createEngine().docker(`buildx build --progress=quiet --call=${call} -`, { stdin: dockerfile });

it.each([
  [
    "check,ignorestatus=maybe",
    'invalid ignorestatus print value: maybe: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  ["check,ignorestatus=", 'invalid ignorestatus print value: : strconv.ParseBool: parsing "": invalid syntax'],
  ["check,foo=1", "invalid print field: foo=1"],
  ["check,", "invalid print value: check,"],
])("refuses %s", async (call, message) => {
  expect(await asked(call)).toMatchObject({ exitCode: 1, stderr: `ERROR: ${message}\n` });
});

it("ignores warnings where it is told to, but no errors", async () => {
  expect((await asked("check")).exitCode).toBe(1);
  expect((await asked("check,ignorestatus=1")).exitCode).toBe(0);
  expect((await asked("check,ignorestatus=1", "FROM scratch\nFOO\n")).exitCode).toBe(1);
});

it("prints in the last format, in words if it knows it not", async () => {
  expect((await asked("check,format=json,format=xml")).stdout).toContain("Check complete");
  expect((await asked("check,format=xml,format=json")).stdout).toMatch(/^\n\{/);
});
