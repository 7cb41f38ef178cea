import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  c: "a:b:c:d\nnodelim\n\n:x::y\n",
  s: "  one   two three\nfour\tfive\n",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["cut -d: -f2 c", 0, "b\nnodelim\n\nx\n", ""],
  ["cut -d: -f3,1 c", 0, "a:c\nnodelim\n\n:\n", ""],
  ["cut -d: -f-2 c", 0, "a:b\nnodelim\n\n:x\n", ""],
  ["cut -d: -f3- c", 0, "c:d\nnodelim\n\n:y\n", ""],
  ["cut -s -d: -f2 c", 0, "b\nx\n", ""],
  ["cut -c2-4 c", 0, ":b:\node\n\nx::\n", ""],
  ["cut -b1,3- c", 0, "ab:c:d\nndelim\n\n:::y\n", ""],
  ["cut -d: -f1,1 c", 0, "a\nnodelim:\n\n\n", ""],
  ["cut -d: -f1,1,1 c", 0, "a:b\nnodelim::\n:\n:x\n", ""],
  ["cut -d: -f2-,3 c", 0, "b:c:d:\nnodelim\n\nx::y:\n", ""],
  ["cut -D -d: -f3,1 c", 0, "c:a\nnodelim\n\n:\n", ""],
  ["cut -D -d: -f1,1 c", 0, "a:a\nnodelim:nodelim\n\n:\n", ""],
  ["cut -F2 s", 0, "one\nfive\n", ""],
  ["cut -F1-2 s", 0, "  one\nfour\tfive\n", ""],
  ["cut -DF 2,1 s", 0, "one\nfive four\n", ""],
  ["cut -d: -f1,2 -O XX c", 0, "aXXb\nnodelim\n\nXXx\n", ""],
  ["cut -d: -f1,2 --output-delimiter=XX c", 0, "aXXb\nnodelim\n\nXXx\n", ""],
  ["cut -f2 s", 0, "  one   two three\nfive\n", ""],
  ["cut c", 1, "", "usage"],
  ["cut -c0 c", 1, "", "cut: invalid range 0-0"],
  ["cut -c3-2 c", 1, "", "cut: invalid range 3-2"],
  ["cut -c-0 c", 1, "", "cut: invalid range -0"],
  ["cut -cx c", 1, "", "cut: invalid number 'x'"],
  ["cut -c 99999999999 c", 1, "", "cut: invalid number '99999999999'"],
  ["cut -f1 -c1 c", 1, "", "usage"],
  ["cut -s -c1 c", 1, "", "cut: -s requires -f or -F"],
  ["cut -d: -c1 c", 1, "", "cut: -d DELIM requires -f or -F"],
  ["cut -f1 nx", 1, "", "cut: nx: No such file or directory"],
  ["cut -F1 -d'[' c", 1, "", "cut: bad regex '[': Invalid regular expression"],
  ["cut -d '' -f1 c", 0, "a:b:c:d\nnodelim\n\n:x::y\n", ""],
  ["echo a:b | cut -d: -f1 nx -", 1, "a\n", "cut: nx: No such file or directory"],
];

describe("cut", () => {
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
