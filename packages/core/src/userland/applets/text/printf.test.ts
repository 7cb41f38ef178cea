import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["printf '%s\\n' a b", 0, "a\nb\n", ""],
  ["printf '%5d|%-5d|%05d\\n' 1 2 3", 0, "    1|2    |00003\n", ""],
  ["printf '%x %X %o %c\\n' 255 255 8 hello", 0, "ff FF 10 h\n", ""],
  ["printf '%b|' 'a\\tb\\0101\\c' d", 0, "a\tbA", ""],
  ["printf '\\101\\x41\\e[m\\n'", 0, "AA\u001b[m\n", ""],
  ["printf '%.2f %e %g\\n' 2.345 1.5 100000", 0, "2.35 1.500000e+00 100000\n", ""],
  ["printf '%*d|%-*d|%.*f\\n' 5 3 5 3 2 3.14159", 0, "    3|3    |3.14\n", ""],
  ["printf '%d %d %d\\n' 0x10 010 \"'a\"", 0, "16 8 97\n", ""],
  ["printf '%d\\n' 9223372036854775808", 1, "0\n", "sh: invalid number '9223372036854775808'"],
  ["printf '%u %x\\n' -1 -1", 0, "18446744073709551615 ffffffffffffffff\n", ""],
  ["printf '%d\\n' 12abc", 1, "0\n", "sh: invalid number '12abc'"],
  ["printf '%d|\\n' ''", 1, "0|\n", "sh: invalid number ''"],
  ["printf 'x\\cy'", 0, "x", ""],
  ["printf '%s %d\\n' a 1 b", 1, "a 1\nb 0\n", "sh: invalid number ''"],
  ["printf '%z\\n' 1", 1, "", "sh: %\\n: invalid format"],
  ["printf '%'", 1, "", "sh: %: invalid format"],
  ["printf", 2, "", "sh: usage: printf FORMAT [ARGUMENT...]"],
  ["printf -- '-%s\\n' a", 0, "-a\n", ""],
  ["printf '%s\\0' a b | od -c", 0, "0000000   a  \\0   b  \\0\n0000004\n", ""],
  ["printf '%5s|%-5s|%.2s\\n' abc abc abc", 0, "  abc|abc  |ab\n", ""],
  ["printf '%+d % d %#x %#o\\n' 1 2 255 8", 0, "+1  2 0xff 010\n", ""],
  ["printf '%q\\n' 'a b'", 1, "", "sh: %q\\n: invalid format"],
  ["printf '%f\\n' x", 1, "0.000000\n", "sh: invalid number 'x'"],
  ["printf '%-10s|\\n' é", 0, "é        |\n", ""],
];

describe("printf", () => {
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
