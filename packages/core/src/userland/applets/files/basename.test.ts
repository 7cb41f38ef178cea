import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("basename", () => {
  it("strips directories and a suffix", async () => {
    const transcript = `
$ basename a/b/
b
$ basename /
/
$ basename a.c .c
a
$ basename .c .c
.c
$ basename -a a/b c/d
b
d
$ basename -s .c x/a.c b.c
a
b
$ basename ''

$ basename a b c
! (usage)
? 1
$ basename
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("dirname is the rest", async () => {
    const transcript = `
$ dirname a
.
$ dirname a/b/
a
$ dirname /a
/
$ dirname //a//b//
//a
$ dirname //
//
$ dirname ///a
/
$ dirname ''
.
$ dirname a b
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
