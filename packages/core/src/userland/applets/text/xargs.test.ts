import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { i: "a b\nc 'd e' \"f g\" h\\ i\n", l: "b\n  sp aced  \n\nlast" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["xargs < i", 0, "a b c d e f g h i\n", ""],
  ["xargs -n1 echo < i", 0, "a\nb\nc\nd e\nf g\nh i\n", ""],
  ["xargs -n2 < i", 0, "a b\nc d e\nf g h i\n", ""],
  ["xargs -I{} echo '[{}]' {} < l", 0, "[b] b\n[sp aced  ] sp aced  \n[last] last\n", ""],
  ["xargs -i echo '<{}>' < l", 0, "<b>\n<sp aced  >\n<last>\n", ""],
  ["xargs -t echo < l", 0, "b sp aced last\n", "echo b sp aced last"],
  ["xargs -r echo x < /dev/null", 0, "", ""],
  ["xargs echo x < /dev/null", 0, "x\n", ""],
  ["xargs -L1 echo < i", 1, "", "xargs: invalid option -- 'L'"],
  ["xargs -s 12 echo < i", 0, "a b c\nd e\nf g\nh i\n", ""],
  ["xargs -s 5 echo < i", 1, "", "xargs: can't fit single argument within argument list size limit"],
  ["xargs -E last echo < l", 0, "b sp aced\n", ""],
  ["xargs -n0 < i", 1, "", "xargs: number 0 is not in 1..2147483647 range"],
  ["xargs -nx < i", 1, "", "xargs: invalid number 'x'"],
  ["xargs false < i; echo $?", 0, "123\n", ""],
  ["xargs -n1 sh -c 'exit 255' < i; echo $?", 0, "124\n", "xargs: sh: exited with status 255; aborting"],
  ["xargs nosuch < i; echo $?", 0, "127\n", "xargs: nosuch: No such file or directory"],
  ["xargs ./i < i; echo $?", 0, "126\n", "xargs: ./i: Permission denied"],
  ["xargs -a l echo", 0, "b sp aced last\n", ""],
  ["xargs -a nx echo", 1, "", "xargs: can't open 'nx': No such file or directory"],
  ["printf 'a b\\0c' | xargs -0 -n1", 0, "a b\nc\n", ""],
  ['echo "a \'b" | xargs', 1, "", "xargs: unmatched single quote"],
  ["xargs -Q", 1, "", "xargs: invalid option -- 'Q'"],
  ["seq 9000 | xargs | wc -l", 0, "2\n", ""],
  ["xargs -P2 -n1 true < i; echo $?", 0, "0\n", ""],
  ["env PATH=/nowhere sh -c 'echo i | xargs wc -c; find l -exec cat {} +'", 0, "23 i\nb\n  sp aced  \n\nlast", ""],
  ["xargs -n1 sh -c 'kill -9 $$' < i; echo $?", 0, "125\n", "xargs: 'sh' terminated by signal 9"],
];

describe("xargs", () => {
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
