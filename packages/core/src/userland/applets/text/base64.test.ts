import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

const FILES: Readonly<Record<string, string>> = { f: "hello world\n" };

/** Command, exit code, standard output and standard error, as busybox 1.38 gave them; of a usage only its message. */
const CASES: readonly (readonly [command: string, code: number, stdout: string, stderr: string])[] = [
  ["base64 f", 0, "aGVsbG8gd29ybGQK\n", ""],
  ["base64 -w0 f", 0, "aGVsbG8gd29ybGQK", ""],
  ["base64 -w5 f", 0, "aGVsb\nG8gd2\n9ybGQ\nK\n", ""],
  [
    "seq 50 | base64",
    0,
    "MQoyCjMKNAo1CjYKNwo4CjkKMTAKMTEKMTIKMTMKMTQKMTUKMTYKMTcKMTgKMTkKMjAKMjEKMjIK\nMjMKMjQKMjUKMjYKMjcKMjgKMjkKMzAKMzEKMzIKMzMKMzQKMzUKMzYKMzcKMzgKMzkKNDAKNDEK\nNDIKNDMKNDQKNDUKNDYKNDcKNDgKNDkKNTAK\n",
    "",
  ],
  ["base64 f | base64 -d", 0, "hello world\n", ""],
  ["echo 'aGV!s bG8=' | base64 -d", 0, "hello", ""],
  ["printf aGVsbG8 | base64 -d", 1, "hel", "base64: truncated input"],
  ["echo 'aGVsbG8=aGVsbG8=' | base64 -d", 0, "hellohello", ""],
  ["base64 nx", 1, "", "base64: nx: No such file or directory"],
  ["base64 -w x f", 1, "", "base64: invalid number 'x'"],
  ["base64 a b", 1, "", "usage"],
  ["base64 -d < /dev/null", 0, "", ""],
];

describe("base64", () => {
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
