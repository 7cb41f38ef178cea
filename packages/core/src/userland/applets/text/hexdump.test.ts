import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = {
  f: "hello\n\u0001world, a longer line",
  z: "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
};

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  [
    "hexdump f",
    0,
    "0000000 6568 6c6c 0a6f 7701 726f 646c 202c 2061\n0000010 6f6c 676e 7265 6c20 6e69 0065          \n000001b\n",
    "",
  ],
  [
    "hexdump -C f",
    0,
    "00000000  68 65 6c 6c 6f 0a 01 77  6f 72 6c 64 2c 20 61 20  |hello..world, a |\n00000010  6c 6f 6e 67 65 72 20 6c  69 6e 65                 |longer line|\n0000001b\n",
    "",
  ],
  [
    "hexdump -b f",
    0,
    "0000000 150 145 154 154 157 012 001 167 157 162 154 144 054 040 141 040\n0000010 154 157 156 147 145 162 040 154 151 156 145                    \n000001b\n",
    "",
  ],
  [
    "hexdump -c f",
    0,
    "0000000   h   e   l   l   o  \\n 001   w   o   r   l   d   ,       a    \n0000010   l   o   n   g   e   r       l   i   n   e                    \n000001b\n",
    "",
  ],
  [
    "hexdump -d f",
    0,
    "0000000   25960   27756   02671   30465   29295   25708   08236   08289\n0000010   28524   26478   29285   27680   28265   00101                \n000001b\n",
    "",
  ],
  [
    "hexdump -bc f",
    0,
    "0000000 150 145 154 154 157 012 001 167 157 162 154 144 054 040 141 040\n0000000   h   e   l   l   o  \\n 001   w   o   r   l   d   ,       a    \n0000010 154 157 156 147 145 162 040 154 151 156 145                    \n0000010   l   o   n   g   e   r       l   i   n   e                    \n000001b\n",
    "",
  ],
  [
    "hexdump -v z",
    0,
    "0000000 0000 0000 0000 0000 0000 0000 0000 0000\n0000010 0000 0000 0000 0000 0000 0000 0000 0000\n0000020 0000 0000 0000 0000 0000 0000 0000 0000\n0000030 0000 0000 0000 0000 0000 0000 0000 0000\n0000040 0000 0000 0000                         \n0000046\n",
    "",
  ],
  [
    "hexdump -C z",
    0,
    "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n00000040  00 00 00 00 00 00                                 |......|\n00000046\n",
    "",
  ],
  ["hexdump -s3 -n4 -C f", 0, "00000003  6c 6f 0a 01                                       |lo..|\n00000007\n", ""],
  ["hexdump -s 1000 f", 0, "000001b\n", ""],
  ["hexdump -s 1k f", 0, "000001b\n", ""],
  ["hexdump -s 1b f", 1, "", "hexdump: invalid number '1b'"],
  [
    'hexdump -e \'4/1 "%02x " "\\n"\' f',
    0,
    "68 65 6c 6c\n6f 0a 01 77\n6f 72 6c 64\n2c 20 61 20\n6c 6f 6e 67\n65 72 20 6c\n69 6e 65   \n",
    "",
  ],
  [
    'hexdump -e \'"%07.7_ax " 8/2 "%04x " "\\n"\' f',
    0,
    "0000000 6568 6c6c 0a6f 7701 726f 646c 202c 2061\n0000010 6f6c 676e 7265 6c20 6e69 0065          \n",
    "",
  ],
  ["hexdump -ve '/1 \"%_c|\"' f", 0, "h|e|l|l|o|\\n|001|w|o|r|l|d|,| |a| |l|o|n|g|e|r| |l|i|n|e|", ""],
  ["hexdump -n3 -e '/1 \"%d,\"' f", 0, "104,101,108,", ""],
  ["hexdump -e bad f", 1, "", "hexdump: bad format {bad}"],
  ["hexdump -e '\"%q\"' f", 1, "", "hexdump: bad conversion character %q"],
  ["hexdump nx", 1, "", "hexdump: nx: No such file or directory"],
  ["hexdump -z", 1, "", "hexdump: invalid option -- 'z'"],
];

describe("hexdump", () => {
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
