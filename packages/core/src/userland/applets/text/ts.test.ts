import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["printf 'a\\nb' | ts x", 0, "x a\nx b", ""],
  ["printf 'a\\n' | ts %%", 0, "% a\n", ""],
  ["ts a b", 1, "", "usage"],
  ["ts -z", 1, "", "ts: invalid option -- 'z'"],
];

describe("ts", () => {
  it.each(CASES)("does as busybox does: %s", async (command, code, stdout, stderr) => {
    const box = new Busybox();
    const result = await box.sh(command, { cwd: "/tmp" });
    expect({ ...result, stderr: message(result.stderr), status: undefined }).toEqual({ stdout, stderr, code });
  });
});

/** What stands before a usage. */
function message(stderr: string): string {
  if (stderr.startsWith("BusyBox v")) return "usage";
  return (stderr.split("\nBusyBox v", 1)[0] ?? "").replace(/\n$/, "");
}
