import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { s: "abc\0defgh\u0001ijklm\nxyz\tq\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["strings s", 0, "defgh\nijklm\nxyz\tq\n", ""],
  ["strings -n3 s", 0, "abc\ndefgh\nijklm\nxyz\tq\n", ""],
  ["strings -f s", 0, "s: defgh\ns: ijklm\ns: xyz\tq\n", ""],
  ["strings -o s", 0, "      4 defgh\n     12 ijklm\n     20 xyz\tq\n", ""],
  ["strings -tx s", 0, "      4 defgh\n      a ijklm\n     10 xyz\tq\n", ""],
  ["strings -tq s", 1, "", "usage"],
  ["strings nx s", 1, "defgh\nijklm\nxyz\tq\n", "strings: nx: No such file or directory"],
  ["strings < s", 0, "defgh\nijklm\nxyz\tq\n", ""],
];

describe("strings", () => {
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
