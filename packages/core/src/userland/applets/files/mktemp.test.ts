import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("mktemp", () => {
  it("mktemp wants six X at the end", async () => {
    const transcript = `
$ mktemp aXXXXXXb
! mktemp: : Invalid argument
? 1
$ mktemp aXXXXX
! mktemp: : Invalid argument
? 1
$ mktemp -p /nx
! mktemp: : No such file or directory
? 1
$ mktemp -q -p /nx
? 1
$ TMPDIR=/nx mktemp
! mktemp: : No such file or directory
? 1
$ mktemp a b
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
