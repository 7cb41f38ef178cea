import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("shred", () => {
  it("shred keeps the size, -z ends with zeros, -u removes", async () => {
    const transcript = String.raw`
+ s "abcd"
$ shred -z s
$ "\u0000\u0000\u0000\u0000" | cmp s
$ shred -u s
$ ls
$ shred nx
! shred: can't open 'nx': No such file or directory
? 1
$ shred -n x nx
! shred: invalid number 'x'
? 1
$ shred
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
