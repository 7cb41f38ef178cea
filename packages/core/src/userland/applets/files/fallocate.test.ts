import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("fallocate", () => {
  it("fallocate extends and reserves", async () => {
    const transcript = `
+ f ""
$ fallocate -l 10 f
$ fallocate -o 100 -l 1k f
$ fallocate -l 5 f
$ stat -c '%s %b' f
1124 8
$ fallocate -l 0 f
! fallocate: fallocate 'f': Invalid argument
? 1
$ fallocate -l x f
! fallocate: invalid number 'x'
? 1
$ fallocate -l 10 .
! fallocate: can't open '.': Is a directory
? 1
$ fallocate -l 5 /dev/null
! fallocate: fallocate '/dev/null': No such device
? 1
$ fallocate f
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
