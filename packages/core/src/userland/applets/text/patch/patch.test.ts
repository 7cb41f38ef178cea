import { describe, expect, it } from "vitest";
import { Busybox } from "../../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  f: "1\n2\n3\n4\n5\n",
  p: "--- a/f\n+++ b/f\n@@ -1,4 +1,5 @@\n 1\n-2\n+two\n+more\n 3\n 4\n",
  bad: "--- f\n+++ f\n@@ -1,3 +1,3 @@\n 1\n-x\n+y\n 3\n",
  n: "--- /dev/null\n+++ b/d/new\n@@ -0,0 +1,2 @@\n+a\n+b\n",
  del: "--- a/f\n+++ /dev/null\n@@ -1,5 +0,0 @@\n-1\n-2\n-3\n-4\n-5\n",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["patch -p1 < p; cat f", 0, "patching file f\n1\ntwo\nmore\n3\n4\n5\n", ""],
  ["patch < p; cat f", 0, "patching file f\n1\ntwo\nmore\n3\n4\n5\n", ""],
  ["patch -i p f; cat f", 0, "patching file f\n1\ntwo\nmore\n3\n4\n5\n", ""],
  ["patch f p; patch -R f p; cat f", 0, "patching file f\npatching file f\n1\n2\n3\n4\n5\n", ""],
  [
    "patch f p; patch -N f p; cat f",
    0,
    "patching file f\npatching file f\n1\ntwo\nmore\n3\n4\n5\n",
    "Hunk 1 FAILED 1/1.\n 1\n-2\n+two\n+more\n 3\n 4",
  ],
  ["patch f p; patch f p", 1, "patching file f\npatching file f\n", "Hunk 1 FAILED 1/1.\n 1\n-2\n+two\n+more\n 3\n 4"],
  ["patch -p1 --dry-run < p; cat f", 0, "patching file f\n1\n2\n3\n4\n5\n", ""],
  ["patch < bad; cat f", 0, "patching file f\n1\n2\n3\n4\n5\n", "Hunk 1 FAILED 1/1.\n 1\n-x\n+y\n 3"],
  ["patch -p1 < n; cat d/new", 0, "creating d/new\na\nb\n", ""],
  ["patch -p1 -E < del; ls f", 1, "removing f\n", "ls: f: No such file or directory"],
  ["patch -p1 < del; wc -c f", 0, "patching file f\n0 f\n", ""],
  ["patch -p0 < p", 1, "patching file b/f\n", "patch: can't open 'b/f': No such file or directory"],
  ["patch -i nx", 1, "", "patch: can't open 'nx': No such file or directory"],
  ["patch -z", 1, "", "patch: invalid option -- 'z'"],
  ["sed -i 1i0 f; patch -p1 < p; cat f", 0, "patching file f\n0\n1\ntwo\nmore\n3\n4\n5\n", ""],
];

describe("patch", () => {
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
