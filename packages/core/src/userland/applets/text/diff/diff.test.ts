import { describe, expect, it } from "vitest";
import { Busybox } from "../../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  a: "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n",
  b: "1\ntwo\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n",
  c: "a  b\n\nC\n",
  d: "a b\nc\n",
  n: "1\n2",
  bin: "a\0b",
  bin2: "a\0c",
  e: "",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  [
    "diff a b",
    1,
    "--- a\n+++ b\n@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -10,3 +10,4 @@\n 10\n 11\n 12\n+13\n",
    "",
  ],
  ["diff -U1 a b", 1, "--- a\n+++ b\n@@ -1,3 +1,3 @@\n 1\n-2\n+two\n 3\n@@ -12 +12,2 @@\n 12\n+13\n", ""],
  ["diff -U0 a b", 1, "--- a\n+++ b\n@@ -2 +2 @@\n-2\n+two\n@@ -12,0 +13 @@\n+13\n", ""],
  ["diff -q a b", 1, "Files a and b differ\n", ""],
  ["diff -s a a", 0, "", ""],
  ["cp a x; diff -s a x", 0, "Files a and x are identical\n", ""],
  ["diff c d", 1, "--- c\n+++ d\n@@ -1,3 +1,2 @@\n-a  b\n-\n-C\n+a b\n+c\n", ""],
  ["diff -b c d", 1, "--- c\n+++ d\n@@ -1,3 +1,2 @@\n a  b\n-\n-C\n+c\n", ""],
  ["diff -biB c d", 0, "", ""],
  ["diff -w c d", 1, "--- c\n+++ d\n@@ -1,3 +1,2 @@\n a  b\n-\n-C\n+c\n", ""],
  ["diff -T c d", 1, "--- c\n+++ d\n@@ -1,3 +1,2 @@\n-\ta  b\n-\t\n-\tC\n+\ta b\n+\tc\n", ""],
  [
    "diff a n",
    1,
    "--- a\n+++ n\n@@ -1,12 +1,2 @@\n 1\n-2\n-3\n-4\n-5\n-6\n-7\n-8\n-9\n-10\n-11\n-12\n+2\n\\ No newline at end of file\n",
    "",
  ],
  ["diff n e", 1, "--- n\n+++ e\n@@ -1,2 +0,0 @@\n-1\n-2\n\\ No newline at end of file\n", ""],
  ["diff e n", 1, "--- e\n+++ n\n@@ -0,0 +1,2 @@\n+1\n+2\n\\ No newline at end of file\n", ""],
  ["diff bin bin2", 1, "Files bin and bin2 differ\n", ""],
  [
    "diff -a bin bin2",
    1,
    "--- bin\n+++ bin2\n@@ -1 +1 @@\n-a\u0000b\n\\ No newline at end of file\n+a\u0000c\n\\ No newline at end of file\n",
    "",
  ],
  ["diff a nx", 2, "", "diff: can't stat 'nx': No such file or directory"],
  ["diff -N nx n", 1, "--- nx\n+++ n\n@@ -0,0 +1,2 @@\n+1\n+2\n\\ No newline at end of file\n", ""],
  ["diff -L x -L y n e", 1, "--- x\n+++ y\n@@ -1,2 +0,0 @@\n-1\n-2\n\\ No newline at end of file\n", ""],
  ["diff a", 1, "", "usage"],
  ["diff -y a b", 1, "", "diff: invalid option -- 'y'"],
  ["diff -U x a b", 1, "", "diff: invalid number 'x'"],
  ["echo 1 | diff - n", 1, "--- -\n+++ n\n@@ -1 +1,2 @@\n 1\n+2\n\\ No newline at end of file\n", ""],
  [
    "mkdir p q; echo 1 > p/f; echo 2 > q/f; echo > q/new; mkdir p/s q/s; echo > p/s/x; diff p q",
    1,
    "--- p/f\n+++ q/f\n@@ -1 +1 @@\n-1\n+2\nOnly in q: new\nCommon subdirectories: p/s and q/s\n",
    "",
  ],
  [
    "mkdir p q; echo 1 > p/f; echo 2 > q/f; echo > q/new; mkdir p/s q/s; echo > p/s/x; diff -rN p q",
    1,
    "--- p/f\n+++ q/f\n@@ -1 +1 @@\n-1\n+2\n--- /dev/null\n+++ q/new\n@@ -0,0 +1 @@\n+\n--- p/s/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-\n",
    "",
  ],
  ["mkdir p; diff p n", 1, "", "diff: can't stat 'p/n': No such file or directory"],
  ["mkdir p; diff - p", 1, "", "diff: can't compare stdin to a directory"],
];

describe("diff", () => {
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
