import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  f: "b 2\na 10\nc 1\nB 3\na 2\n",
  n: "10\n9\n-2\n1.5\nx\n1e2\n 7\n0x10\n+3\n",
  v: "v1.10\nv1.9\nv1.2\n",
  h: "2K\n1M\n3\n1G\n900\n",
  m: "Feb\nJan\n\nxyz\nDec\n",
  csv: "id,name,age\n1,bob,30\n2,alice,25\n3,carol,35\n4,dave,\n",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["sort f", 0, "B 3\na 10\na 2\nb 2\nc 1\n", ""],
  ["sort -r f", 0, "c 1\nb 2\na 2\na 10\nB 3\n", ""],
  ["sort -k2 f", 0, "c 1\na 10\na 2\nb 2\nB 3\n", ""],
  ["sort -k2n f", 0, "c 1\na 2\nb 2\nB 3\na 10\n", ""],
  ["sort -k2,2nr -k1 f", 0, "a 10\nB 3\na 2\nb 2\nc 1\n", ""],
  ["sort -u -k1,1 f", 0, "B 3\na 10\nb 2\nc 1\n", ""],
  ["sort -n n", 0, "-2\nx\n1.5\n+3\n 7\n9\n10\n0x10\n1e2\n", ""],
  ["sort -g n", 0, "x\n-2\n1.5\n+3\n 7\n9\n10\n0x10\n1e2\n", ""],
  ["sort -h h", 0, "3\n900\n2K\n1M\n1G\n", ""],
  ["sort -M m", 0, "\nxyz\nJan\nFeb\nDec\n", ""],
  ["sort -V v", 0, "v1.2\nv1.9\nv1.10\n", ""],
  ["sort -t, -k2 csv", 0, "2,alice,25\n1,bob,30\n3,carol,35\n4,dave,\nid,name,age\n", ""],
  ["sort -t, -k3,3nr csv", 0, "3,carol,35\n1,bob,30\n2,alice,25\n4,dave,\nid,name,age\n", ""],
  ["sort -s -k1,1 f", 0, "B 3\na 10\na 2\nb 2\nc 1\n", ""],
  ["sort -rsk1,1 f", 0, "c 1\nb 2\na 10\na 2\nB 3\n", ""],
  ["sort -f f", 0, "a 10\na 2\nb 2\nB 3\nc 1\n", ""],
  ["sort -fu f", 0, "a 10\na 2\nb 2\nB 3\nc 1\n", ""],
  ["sort -c f", 1, "", "Check line 1"],
  ["sort -C v; echo $?", 0, "2\n", "sort: invalid option -- 'C'"],
  ["sort -cu m", 1, "", "Check line 2"],
  ["sort f -o f; cat f", 0, "B 3\na 10\na 2\nb 2\nc 1\n", ""],
  ["printf 'b\\0a\\0' | sort -z | od -c", 0, "0000000   a  \\0   b  \\0\n0000004\n", ""],
  ["sort nx", 2, "", "sort: nx: No such file or directory"],
  ["sort f nx", 2, "", "sort: nx: No such file or directory"],
  ["sort -k f", 2, "", "sort: bad field specification"],
  ["sort -k 0 f", 2, "", "sort: bad field specification"],
  ["sort -k1.2 f", 0, "c 1\na 10\na 2\nb 2\nB 3\n", ""],
  ["sort -k2.1n f", 0, "c 1\na 2\nb 2\nB 3\na 10\n", ""],
  ["sort -t ab f", 2, "", "sort: bad -t parameter"],
  ["sort -bk2 f", 0, "c 1\na 10\na 2\nb 2\nB 3\n", ""],
  ["sort -k1fr f", 0, "c 1\nB 3\nb 2\na 2\na 10\n", ""],
  ["sort -m f v", 0, "B 3\na 10\na 2\nb 2\nc 1\nv1.10\nv1.2\nv1.9\n", ""],
  ["sort -q", 2, "", "sort: invalid option -- 'q'"],
  ["sort -n -g n", 2, "", "sort: unknown sort type"],
  ["sort -un f", 0, "B 3\n", ""],
  ["sort -d n", 0, " 7\n0x10\n10\n1.5\n1e2\n-2\n+3\n9\nx\n", ""],
  ["sort -i n", 0, " 7\n+3\n-2\n0x10\n1.5\n10\n1e2\n9\nx\n", ""],
  ["printf 'b\\na' | sort - v", 0, "a\nb\nv1.10\nv1.2\nv1.9\n", ""],
];

describe("sort", () => {
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
