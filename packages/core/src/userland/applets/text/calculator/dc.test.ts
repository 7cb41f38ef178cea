import { describe, expect, it } from "vitest";
import { Busybox } from "../../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["echo '1 2 + p 3 * p' | dc", 0, "3\n9\n", ""],
  ["dc -e '10 3 / p'", 0, "3\n", ""],
  ["dc -e '3k 10 3/p'", 0, "3.333\n", ""],
  ["dc -e '1 2 3 f'", 0, "3\n2\n1\n", ""],
  ["dc -e '20k2vp'", 0, "1.41421356237309504880\n", ""],
  ["dc -e '2 10 7|p'", 0, "2\n", ""],
  ["dc -e '10 3~f'", 0, "1\n3\n", ""],
  ["dc -e '16o255p'", 0, "FF\n", ""],
  ["dc -e '16iFFp'", 0, "255\n", ""],
  ["dc -e '[p]sx 5lxx'", 0, "5\n", ""],
  ["dc -e '5sa la la*p'", 0, "25\n", ""],
  ["dc -e '[lap1-dsa0<b]sb 3sa lbx'", 0, "3\n2\n1\n", ""],
  ["dc -e '1 0/p'", 1, "", "dc: divide by zero"],
  ["dc -e 'p'", 1, "", "dc: stack has too few elements"],
  ["dc -e '1 2 z p c z p'", 0, "2\n0\n", ""],
  ["dc -e '[hi]n 5n'", 0, "hi\n5\n", ""],
  ["dc -e '65P[x]P'", 0, "Ax", ""],
  ["dc -e '_7 3%p'", 0, "-1\n", ""],
  ["dc -e '5 2:a 2;ap'", 0, "5\n", ""],
  ["dc -e '1Sa 2Sa LapLap'", 0, "2\n1\n", ""],
  [
    "dc -e '2 300^p'",
    0,
    "203703597633448608626844568840937816105146839366593625063614044935438\\\n1299763336706183397376\n",
    "",
  ],
  ["dc -e '[unclosed'", 1, "", "dc: unterminated string"],
  ["dc -e '5!'", 1, "", "dc: bad character '!'"],
  ["dc -e '[1p q 2p]x 3p'", 0, "1\n", ""],
  ["dc -e '2 0.5^p'", 1, "", "dc: not an integer"],
  ["dc -e '2k5.5 2%p'", 0, "0\n", ""],
  ["dc nx", 1, "", "dc: can't open 'nx': No such file or directory"],
  ["echo 3p > f; dc f", 0, "3\n", ""],
  ["dc -z", 1, "", "dc: invalid option -- 'z'"],
];

describe("dc", () => {
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
