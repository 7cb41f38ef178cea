import { describe, expect, it } from "vitest";
import { Busybox } from "../../../testing/busybox.ts";

describe("cat", () => {
  it("copies standard input, and files in order", async () => {
    const box = new Busybox();
    box.write("/tmp/f", "from file\n");
    const result = await box.run(["cat", "-", "/tmp/f"], { stdin: "from stdin\n" });
    expect(result).toMatchObject({ stdout: "from stdin\nfrom file\n", stderr: "", code: 0 });
  });

  it("says which file it cannot open, goes on, and ends with 1", async () => {
    const result = await new Busybox().run(["cat", "/nx", "-"], { stdin: "x" });
    expect(result).toMatchObject({
      stdout: "x",
      stderr: "cat: can't open '/nx': No such file or directory\n",
      code: 1,
    });
  });

  it("numbers lines and shows ends and control characters", async () => {
    const result = await new Busybox().run(["cat", "-nA"], { stdin: "a\tb\n\u0001\n" });
    expect(result.stdout).toBe("     1  a^Ib$\n     2  ^A$\n");
  });

  it("refuses an unknown option with the usage and 1", async () => {
    const result = await new Busybox().run(["cat", "-z"]);
    expect(result.code).toBe(1);
    expect(result.stderr.split("\n").slice(0, 2)).toEqual([
      "cat: invalid option -- 'z'",
      "BusyBox v1.38.0 (Debian 1:1.38.0-3+b1) multi-call binary.",
    ]);
  });
});
