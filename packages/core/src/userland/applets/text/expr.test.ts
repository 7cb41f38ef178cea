import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["expr 1 + 2", 0, "3\n", ""],
  ["expr 7 / 2 '*' 2", 0, "6\n", ""],
  ["expr 7 % 4", 0, "3\n", ""],
  ["expr '(' 1 + 2 ')' '*' 3", 0, "9\n", ""],
  ["expr 3 '>' 2", 0, "1\n", ""],
  ["expr 10 '<' 9", 1, "0\n", ""],
  ["expr a '<' b", 0, "1\n", ""],
  ["expr 0", 1, "0\n", ""],
  ["expr ''", 1, "\n", ""],
  ["expr abc : 'a\\(.\\)c'", 0, "b\n", ""],
  ["expr abc : b", 1, "0\n", ""],
  ["expr hello : '.*'", 0, "5\n", ""],
  ["expr abc : '\\(z\\)'", 1, "\n", ""],
  ["expr length hello", 0, "5\n", ""],
  ["expr substr hello 2 3", 0, "ell\n", ""],
  ["expr index hello l", 0, "3\n", ""],
  ["expr 1 + a", 2, "", "expr: non-numeric argument"],
  ["expr 1 / 0", 2, "", "expr: division by zero"],
  ["expr 1 '|' 2", 0, "1\n", ""],
  ["expr 0 '|' 0", 1, "0\n", ""],
  ["expr 1 '&' 0", 1, "0\n", ""],
  ["expr", 2, "", "expr: too few arguments"],
  ["expr 1 +", 2, "", "expr: syntax error"],
  ["expr 1 2", 2, "", "expr: syntax error"],
  ["expr '(' 1", 2, "", "expr: syntax error"],
  ["expr -- -3 + 1", 2, "", "expr: syntax error"],
  ["expr 9223372036854775807 + 1", 0, "-9223372036854775808\n", ""],
  ["expr 01 = 1", 0, "1\n", ""],
  ["expr length é", 0, "2\n", ""],
  ["expr abc : '\\('", 2, "", "expr: bad regex '\\(': Unmatched ( or \\("],
];

describe("expr", () => {
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
