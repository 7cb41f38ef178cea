import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("cmp", () => {
  it("tells the first difference", async () => {
    const transcript = String.raw`
+ a "hello\nworld\n"
+ b "hello\nwOrld\n"
+ c "hello\n"
$ cmp a a
$ cmp a b
a b differ: byte 8, line 2
? 1
$ cmp a c
! cmp: EOF on c
? 1
$ cmp c a
! cmp: EOF on c
? 1
$ cmp -s a b
? 1
$ "hello\nworld\n" | cmp a
$ cmp -n 7 a b
$ cmp -n 8 a b
a b differ: byte 8, line 2
? 1
$ cmp a b 8 8
$ cmp a b 0 1
a b differ: byte 1, line 1
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-l lists all differences", async () => {
    const transcript = `
+ a "abc"
+ b "aXY"
+ c "Zb"
$ cmp -l a b
2 142 130
3 143 131
? 1
$ cmp -l a c
1 141 132
! cmp: EOF on c
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("trouble is 2", async () => {
    const transcript = `
+ a "x"
$ cmp a nx
! cmp: nx: No such file or directory
? 2
$ cmp -s nx a
? 2
$ cmp . a
! cmp: .: I/O error
? 2
$ cmp
! (usage)
? 1
$ cmp a a x
! cmp: invalid number 'x'
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
