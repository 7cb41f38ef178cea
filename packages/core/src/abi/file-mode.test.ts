import { describe, expect, it } from "vitest";
import { modeString, parseMode } from "./file-mode.ts";

const DIRECTORY = 0o040000;
const octal = (text: string, current: number, mask = 0o022) => parseMode(text, current, mask)?.toString(8);

describe("parseMode", () => {
  it("replaces everything with an octal number", () => {
    expect(octal("755", 0o100644)).toBe("755");
    expect(octal("7777", 0)).toBe("7777");
  });

  it("adds, removes and sets for classes", () => {
    expect(octal("u+x,go-r", 0o644)).toBe("700");
    expect(octal("u+rwx,g=u,o=g-w", 0)).toBe("775");
    expect(octal("a=r,u+w", 0o777)).toBe("644");
    expect(octal("ug=,,o=", 0o7777)).toBe("1000");
    expect(octal("u+rw-x+X", 0o100)).toBe("600");
  });

  it("spares the bits of the umask where no class is given", () => {
    expect(octal("+x", 0o644)).toBe("755");
    expect(octal("+rwx", 0, 0o077)).toBe("700");
    expect(octal("=rw", 0o777)).toBe("644");
  });

  it("gives X to directories and to what somebody may execute", () => {
    expect(octal("go=rX", 0o600)).toBe("644");
    expect(octal("go=rX", 0o700)).toBe("755");
    expect(octal("a+X", DIRECTORY | 0o600)).toBe("40711");
  });

  it("knows set-id bits and the sticky bit in their classes only", () => {
    expect(octal("u+s,g+s,+t", 0o755)).toBe("7755");
    expect(octal("o+s,u+t", 0o755)).toBe("755");
  });

  it("refuses what is no mode", () => {
    for (const text of ["999", "u+q", "u", "u,", "10000", "77x", "g=ow", "+z", "x"]) {
      expect(parseMode(text, 0o644, 0), text).toBeUndefined();
    }
    expect(parseMode("", 0o644, 0)).toBe(0o644);
  });
});

describe("modeString", () => {
  it("shows type, permissions and special bits", () => {
    expect([0o100644, 0o040755, 0o120777, 0o010600, 0o020666, 0o060660, 0o140755].map(modeString)).toEqual([
      "-rw-r--r--",
      "drwxr-xr-x",
      "lrwxrwxrwx",
      "prw-------",
      "crw-rw-rw-",
      "brw-rw----",
      "srwxr-xr-x",
    ]);
    expect(modeString(0o107777)).toBe("-rwsrwsrwt");
    expect(modeString(0o107000)).toBe("---S--S--T");
  });
});
