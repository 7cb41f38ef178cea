import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["factor 12 1 0 97", 0, "12: 2 2 3\n1:\n0:\n97: 97\n", ""],
  ["factor 18446744073709551615", 0, "18446744073709551615: 3 5 17 257 641 65537 6700417\n", ""],
  ["factor 18446744073709551616", 1, "", "usage"],
  ["factor 1000000016000000063", 0, "1000000016000000063: 1000000007 1000000009\n", ""],
  ["factor x", 1, "", "usage"],
  ["factor -- 5", 1, "", "usage"],
  ["factor -1", 1, "", "usage"],
  ["factor '5 '", 1, "", "usage"],
  ["printf '12 15\\n\\n7' | factor", 0, "12: 2 2 3\n15: 3 5\n7: 7\n", ""],
];

describe("factor", () => {
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
