import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  t: "a\tb\tc\n\tx\n   q\tz\n",
  u: "        a       b   c\n    d  \t e\n",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["expand t", 0, "a       b       c\n        x\n   q    z\n", ""],
  ["expand -t4 t", 0, "a   b   c\n    x\n   q    z\n", ""],
  ["expand -i t", 0, "a\tb\tc\n        x\n   q\tz\n", ""],
  ["expand nx t", 1, "a       b       c\n        x\n   q    z\n", "expand: nx: No such file or directory"],
  ["expand -t0 t", 1, "", "expand: number 0 is not in 1..4294967295 range"],
  [
    "unexpand u | od -c",
    0,
    "0000000  \\t   a                               b               c  \\n    \n0000020               d          \\t       e  \\n\n0000032\n",
    "",
  ],
  [
    "unexpand -a u | od -c",
    0,
    "0000000  \\t   a  \\t   b               c  \\n                   d  \\t    \n0000020   e  \\n\n0000022\n",
    "",
  ],
  [
    "unexpand -ft4 u | od -c",
    0,
    "0000000  \\t  \\t   a                               b               c  \\n\n0000020  \\t   d          \\t       e  \\n\n0000030\n",
    "",
  ],
];

describe("expand and unexpand", () => {
  it.each(CASES)("do as busybox does: %s", async (command, code, stdout, stderr) => {
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
