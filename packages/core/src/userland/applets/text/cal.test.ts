import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  [
    "cal 2 2001",
    0,
    "   February 2001\nSu Mo Tu We Th Fr Sa\n             1  2  3\n 4  5  6  7  8  9 10\n11 12 13 14 15 16 17\n18 19 20 21 22 23 24\n25 26 27 28\n                     \n",
    "",
  ],
  [
    "cal 9 1752",
    0,
    "   September 1752\nSu Mo Tu We Th Fr Sa\n       1  2 14 15 16\n17 18 19 20 21 22 23\n24 25 26 27 28 29 30\n                     \n                     \n                     \n",
    "",
  ],
  [
    "cal -m 2 2024",
    0,
    "   February 2024\nMo Tu We Th Fr Sa Su\n          1  2  3  4\n 5  6  7  8  9 10 11\n12 13 14 15 16 17 18\n19 20 21 22 23 24 25\n26 27 28 29\n                     \n",
    "",
  ],
  [
    "cal -j 2 2001",
    0,
    "       February 2001\n Su  Mo  Tu  We  Th  Fr  Sa\n                 32  33  34\n 35  36  37  38  39  40  41\n 42  43  44  45  46  47  48\n 49  50  51  52  53  54  55\n 56  57  58  59\n                            \n",
    "",
  ],
  [
    "cal 2 1900",
    0,
    "   February 1900\nSu Mo Tu We Th Fr Sa\n             1  2  3\n 4  5  6  7  8  9 10\n11 12 13 14 15 16 17\n18 19 20 21 22 23 24\n25 26 27 28\n                     \n",
    "",
  ],
  [
    "cal 2 1700",
    0,
    "   February 1700\nSu Mo Tu We Th Fr Sa\n             1  2  3\n 4  5  6  7  8  9 10\n11 12 13 14 15 16 17\n18 19 20 21 22 23 24\n25 26 27 28 29\n                     \n",
    "",
  ],
  [
    "cal 2000 | head -n 12",
    0,
    "                              2000                              \n\n      January               February               March        \nSu Mo Tu We Th Fr Sa  Su Mo Tu We Th Fr Sa  Su Mo Tu We Th Fr Sa\n                   1         1  2  3  4  5            1  2  3  4\n 2  3  4  5  6  7  8   6  7  8  9 10 11 12   5  6  7  8  9 10 11\n 9 10 11 12 13 14 15  13 14 15 16 17 18 19  12 13 14 15 16 17 18\n16 17 18 19 20 21 22  20 21 22 23 24 25 26  19 20 21 22 23 24 25\n23 24 25 26 27 28 29  27 28 29              26 27 28 29 30 31\n30 31\n       April                  May                   June        \nSu Mo Tu We Th Fr Sa  Su Mo Tu We Th Fr Sa  Su Mo Tu We Th Fr Sa\n",
    "",
  ],
  [
    "cal -j 2023 | head -n 10",
    0,
    "                          2023                          \n\n          January                     February          \n Su  Mo  Tu  We  Th  Fr  Sa   Su  Mo  Tu  We  Th  Fr  Sa\n  1   2   3   4   5   6   7               32  33  34  35\n  8   9  10  11  12  13  14   36  37  38  39  40  41  42\n 15  16  17  18  19  20  21   43  44  45  46  47  48  49\n 22  23  24  25  26  27  28   50  51  52  53  54  55  56\n 29  30  31                   57  58  59\n                                                                               \n",
    "",
  ],
  ["cal 13 2000", 1, "", "cal: number 13 is not in 1..12 range"],
  ["cal 0", 1, "", "cal: number 0 is not in 1..9999 range"],
  ["cal x", 1, "", "cal: invalid number 'x'"],
  ["cal 1 2 3", 1, "", "usage"],
];

describe("cal", () => {
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
