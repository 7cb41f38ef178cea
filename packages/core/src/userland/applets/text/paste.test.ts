import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { a: "1\n2\n3\n", b: "x\ny", e: "" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["paste a b", 0, "1\tx\n2\ty\n3\t\n", ""],
  ["paste b a", 0, "x\t1\ny\t2\n\t3\n", ""],
  ["paste -s a b", 0, "1\t2\t3\nx\ty\n", ""],
  ["paste -d, a b a", 0, "1,x,1\n2,y,2\n3,,3\n", ""],
  ["paste -d ',;' a a a", 0, "1,1;1\n2,2;2\n3,3;3\n", ""],
  ["paste -d '\\0' a b", 0, "1x\n2y\n3\n", ""],
  ["paste - - < a", 0, "1\t2\n3\t\n", ""],
  ["paste e a", 0, "\t1\n\t2\n\t3\n", ""],
  ["paste -d '' a", 1, "", "paste: -d '' is not supported"],
  ["paste nx a", 1, "", "paste: nx: No such file or directory"],
  ["paste -sd '+' a", 0, "1+2+3\n", ""],
];

describe("paste", () => {
  it.each(CASES)("does as busybox does: %s", async (command, code, stdout, stderr) => {
    const box = new Busybox();
    for (const [name, text] of Object.entries(FILES)) box.write(`/tmp/${name}`, text);
    const result = await box.sh(command, { cwd: "/tmp" });
    expect({ ...result, stderr: message(result.stderr), status: undefined }).toEqual({ stdout, stderr, code });
  });
});

/** What stands before a usage. */
function message(stderr: string): string {
  if (stderr.startsWith("BusyBox v")) return "usage";
  return (stderr.split("\nBusyBox v", 1)[0] ?? "").replace(/\n$/, "");
}
