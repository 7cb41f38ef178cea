import { describe, expect, it } from "vitest";
import { Busybox } from "../../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { f: "one\ntwo\nthree\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["printf '%s\\n' \",p\" | ed f", 0, "14\none\ntwo\nthree\n", ""],
  ["printf '%s\\n' \",s/o/0/gp\" | ed f", 0, "14\n0ne\ntw0\n", ""],
  ['printf \'%s\\n\' "2d" ",p" "w out" | ed f', 0, "14\none\nthree\n10\n", ""],
  ['printf \'%s\\n\' "a" "new" "." ",p" "w" | ed f', 0, "14\none\ntwo\nthree\nnew\n18\n", ""],
  ['printf \'%s\\n\' "2c" "TWO" "." ",p" | ed f', 0, "14\none\nTWO\nthree\n", ""],
  ['printf \'%s\\n\' "/three/p" "/nope/" | ed f', 0, "14\nthree\n", 'ed: can\'t find string "nope"'],
  ['printf \'%s\\n\' "2ka" "\'ap" "\'b" | ed f', 0, "14\ntwo\n", "ed: bad line range for print"],
  ["printf '%s\\n' \"1l\" | ed f", 0, "14\none$\n", ""],
  ["printf '%s\\n' \"r nx\" | ed f", 0, "14\n", "ed: nx: No such file or directory"],
  ['printf \'%s\\n\' "q x" "1q" | ed f', 0, "14\n", "ed: bad quit command\ned: bad quit command"],
  ['printf \'%s\\n\' "d" "q" "n" "q" "y" | ed f', 0, "14\n", "Really quit? Really quit? "],
  ["printf '%s\\n' \"9p\" | ed f", 0, "14\n", "ed: bad line range for print"],
  ["printf '%s\\n' \"x\" | ed f", 0, "14\n", "ed: unimplemented command"],
  ['printf \'%s\\n\' "1+1p" "\\$-1p" | ed f', 0, "14\ntwo\ntwo\n", ""],
  ['printf \'%s\\n\' "f" "f new" "f" | ed f', 0, '14\n"f"\n"new"\n', ""],
  ["printf '%s\\n' \"s/x\" | ed f", 0, "14\n", "ed: missing 2nd delimiter for substitute"],
];

describe("ed", () => {
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
