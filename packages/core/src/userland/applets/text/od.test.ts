import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  f: "hello\n\u0001world, a longer line",
  z: "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
  s: "abc\0defgh\u0001ijklm\n\0xyz",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  [
    "od f",
    0,
    "0000000 062550 066154 005157 073401 071157 062154 020054 020141\n0000020 067554 063556 071145 066040 067151 000145\n0000033\n",
    "",
  ],
  [
    "od -c f",
    0,
    "0000000   h   e   l   l   o  \\n 001   w   o   r   l   d   ,       a    \n0000020   l   o   n   g   e   r       l   i   n   e\n0000033\n",
    "",
  ],
  [
    "od -a f",
    0,
    "0000000   h   e   l   l   o  nl soh   w   o   r   l   d   ,  sp   a  sp\n0000020   l   o   n   g   e   r  sp   l   i   n   e\n0000033\n",
    "",
  ],
  [
    "od -b f",
    0,
    "0000000 150 145 154 154 157 012 001 167 157 162 154 144 054 040 141 040\n0000020 154 157 156 147 145 162 040 154 151 156 145\n0000033\n",
    "",
  ],
  [
    "od -x f",
    0,
    "0000000 6568 6c6c 0a6f 7701 726f 646c 202c 2061\n0000020 6f6c 676e 7265 6c20 6e69 0065\n0000033\n",
    "",
  ],
  [
    "od -d f",
    0,
    "0000000 25960 27756  2671 30465 29295 25708  8236  8289\n0000020 28524 26478 29285 27680 28265   101\n0000033\n",
    "",
  ],
  [
    "od -i f",
    0,
    "0000000  1819043176  1996556911  1684828783   543236140\n0000020  1735290732  1814065765     6647401\n0000033\n",
    "",
  ],
  [
    "od -l f",
    0,
    "0000000  8575146639166825832  2333181456990106223\n0000020  7791353135203512172              6647401\n0000033\n",
    "",
  ],
  [
    "od -f f",
    0,
    "0000000   1.1431415e+27   2.6172575e+33   1.7446710e+22   1.9068886e-19\n0000020   1.1259786e+24   7.7587338e+26   9.3149928e-39\n0000033\n",
    "",
  ],
  ["od -An -tx1 f", 0, " 68 65 6c 6c 6f 0a 01 77 6f 72 6c 64 2c 20 61 20\n 6c 6f 6e 67 65 72 20 6c 69 6e 65\n", ""],
  [
    "od -Ad -tu2 f",
    0,
    "0000000 25960 27756  2671 30465 29295 25708  8236  8289\n0000016 28524 26478 29285 27680 28265   101\n0000027\n",
    "",
  ],
  [
    "od -Ax -td4 f",
    0,
    "000000  1819043176  1996556911  1684828783   543236140\n000010  1735290732  1814065765     6647401\n00001b\n",
    "",
  ],
  [
    "od -t fD f",
    0,
    "0000000  1.717098566916925e+265  1.021833096769687e-152\n0000020  6.921017417267496e+212  3.284252468230748e-317\n0000033\n",
    "",
  ],
  ["od -t fL f", 0, "0000000                     nan\n0000020                     nan\n0000033\n", ""],
  [
    "od -t xCz f",
    0,
    "0000000 68 65 6c 6c 6f 0a 01 77 6f 72 6c 64 2c 20 61 20  >hello..world, a <\n0000020 6c 6f 6e 67 65 72 20 6c 69 6e 65                 >longer line<\n0000033\n",
    "",
  ],
  ["od -t x1z f", 1, "", "od: invalid type string 'x1z'; 4294967295-byte integral type is not supported"],
  ["od -t x12 f", 1, "", "od: invalid type string 'x12'; 12-byte integral type is not supported"],
  ["od -t q f", 1, "", "od: invalid character 'q' in type string 'q'"],
  ["od -A q f", 1, "", "od: bad output address radix 'q' (must be [doxn])"],
  ["od -j3 -N5 -c f", 0, "0000003   l   o  \\n 001   w\n0000010\n", ""],
  ["od -j100 f", 1, "", "od: can't skip past end of combined input"],
  ["od -j 5 nx", 1, "", "od: nx: No such file or directory\nod: can't skip past end of combined input"],
  [
    "od z",
    0,
    "0000000 000000 000000 000000 000000 000000 000000 000000 000000\n*\n0000100 000000 000000 000000\n0000106\n",
    "",
  ],
  [
    "od -v z",
    0,
    "0000000 000000 000000 000000 000000 000000 000000 000000 000000\n0000020 000000 000000 000000 000000 000000 000000 000000 000000\n0000040 000000 000000 000000 000000 000000 000000 000000 000000\n0000060 000000 000000 000000 000000 000000 000000 000000 000000\n0000100 000000 000000 000000\n0000106\n",
    "",
  ],
  ["od -w8 z", 0, "0000000 000000 000000 000000 000000\n*\n0000100 000000 000000 000000\n0000106\n", ""],
  [
    "od -w3 -x f",
    0,
    "0000000 6568\n0000002 6c6c\n0000004 0a6f\n0000006 7701\n0000010 726f\n0000012 646c\n0000014 202c\n0000016 2061\n0000020 6f6c\n0000022 676e\n0000024 7265\n0000026 6c20\n0000030 6e69\n0000032 0065\n0000033\n",
    "od: warning: invalid width 3; using 2 instead",
  ],
  ["od -S4 s", 0, "", ""],
  ["od nx", 1, "", "od: nx: No such file or directory"],
  [
    "od nx f",
    1,
    "0000000 062550 066154 005157 073401 071157 062154 020054 020141\n0000020 067554 063556 071145 066040 067151 000145\n0000033\n",
    "od: nx: No such file or directory",
  ],
  ["od -N0 f", 0, "0000000\n", ""],
  [
    "od --traditional f +3",
    0,
    "0000003 067554 000412 067567 066162 026144 060440 066040 067157\n0000023 062547 020162 064554 062556\n0000033\n",
    "",
  ],
  ["printf abc | od -tx1 -tc", 0, "0000000 61 62 63\n          a   b   c\n0000003\n", ""],
  ["od -j x f", 1, "", "od: invalid number 'x'"],
];

describe("od", () => {
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
