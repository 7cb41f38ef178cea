import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["seq 3", 0, "1\n2\n3\n", ""],
  ["seq 2 4", 0, "2\n3\n4\n", ""],
  ["seq 1 2 6", 0, "1\n3\n5\n", ""],
  ["seq 3 1", 0, "", ""],
  ["seq 3 -1 1", 0, "3\n2\n1\n", ""],
  ["seq -s, 3", 0, "1,2,3\n", ""],
  ["seq -w 8 10", 0, "08\n09\n10\n", ""],
  ["seq 0.5 0.5 1.5", 0, "0.5\n1.0\n1.5\n", ""],
  ["seq -5 -3", 0, "-5\n-4\n-3\n", ""],
  ["seq", 1, "", "usage"],
  ["seq x", 1, "", "usage"],
  ["seq 1 2 3 4", 1, "", "usage"],
  ["seq -w -5 5", 0, "-5\n-4\n-3\n-2\n-1\n00\n01\n02\n03\n04\n05\n", ""],
  ["seq 1.0 2", 0, "1.0\n2.0\n", ""],
  ["seq -s '\\n' 2", 0, "1\\n2\n", ""],
  ["seq 9999999 10000001", 0, "9999999\n10000000\n10000001\n", ""],
  ["seq 1e3 1001", 0, "1000\n1001\n", ""],
  ["seq 0x10 18", 0, "16\n17\n18\n", ""],
  ["seq -w 0.5 3.25", 0, "0.5\n1.5\n2.5\n", ""],
  ["seq 1 0 3 | head -n2", 0, "1\n1\n", ""],
  ["seq -q", 1, "", "seq: invalid option -- 'q'"],
];

describe("seq", () => {
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
