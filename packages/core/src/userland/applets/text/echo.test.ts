import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { f: "x\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["busybox echo -e 'a\\tb\\x41\\0101\\c zz'", 0, "a\tbAA", ""],
  ["busybox echo -n x", 0, "x", ""],
  ["busybox echo -neE '\\t'", 0, "\t", ""],
  ["busybox echo -x --", 0, "-x --\n", ""],
  [
    "ascii",
    0,
    "Dec Hex    Dec Hex    Dec Hex  Dec Hex  Dec Hex  Dec Hex   Dec Hex   Dec Hex\n  0 00 NUL  16 10 DLE  32 20    48 30 0  64 40 @  80 50 P   96 60 `  112 70 p\n  1 01 SOH  17 11 DC1  33 21 !  49 31 1  65 41 A  81 51 Q   97 61 a  113 71 q\n  2 02 STX  18 12 DC2  34 22 \"  50 32 2  66 42 B  82 52 R   98 62 b  114 72 r\n  3 03 ETX  19 13 DC3  35 23 #  51 33 3  67 43 C  83 53 S   99 63 c  115 73 s\n  4 04 EOT  20 14 DC4  36 24 $  52 34 4  68 44 D  84 54 T  100 64 d  116 74 t\n  5 05 ENQ  21 15 NAK  37 25 %  53 35 5  69 45 E  85 55 U  101 65 e  117 75 u\n  6 06 ACK  22 16 SYN  38 26 &  54 36 6  70 46 F  86 56 V  102 66 f  118 76 v\n  7 07 BEL  23 17 ETB  39 27 '  55 37 7  71 47 G  87 57 W  103 67 g  119 77 w\n  8 08 BS   24 18 CAN  40 28 (  56 38 8  72 48 H  88 58 X  104 68 h  120 78 x\n  9 09 HT   25 19 EM   41 29 )  57 39 9  73 49 I  89 59 Y  105 69 i  121 79 y\n 10 0a NL   26 1a SUB  42 2a *  58 3a :  74 4a J  90 5a Z  106 6a j  122 7a z\n 11 0b VT   27 1b ESC  43 2b +  59 3b ;  75 4b K  91 5b [  107 6b k  123 7b {\n 12 0c FF   28 1c FS   44 2c ,  60 3c <  76 4c L  92 5c \\  108 6c l  124 7c |\n 13 0d CR   29 1d GS   45 2d -  61 3d =  77 4d M  93 5d ]  109 6d m  125 7d }\n 14 0e SO   30 1e RS   46 2e .  62 3e >  78 4e N  94 5e ^  110 6e n  126 7e ~\n 15 0f SI   31 1f US   47 2f /  63 3f ?  79 4f O  95 5f _  111 6f o  127 7f DEL\n",
    "",
  ],
  ["less f nx", 1, "x\n", "less: can't open 'nx': No such file or directory"],
  ["more f nx", 1, "x\n", "more: can't open 'nx': No such file or directory"],
  ["less < f", 0, "x\n", ""],
  ["less -z f", 1, "", "less: invalid option -- 'z'"],
  ["yes a b | head -n2", 0, "a b\na b\n", ""],
];

describe("echo, ascii, less, more and yes", () => {
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
