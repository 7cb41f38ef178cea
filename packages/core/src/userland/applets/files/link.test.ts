import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("link", () => {
  it("link and unlink are the system calls", async () => {
    const transcript = `
+ f "x"
$ link f g
$ link f g
! link: can't create hardlink 'g' to 'f': File exists
? 1
$ link nx h
! link: can't create hardlink 'h' to 'nx': No such file or directory
? 1
$ link f
! (usage)
? 1
$ unlink g
$ unlink nx
! unlink: can't remove file 'nx': No such file or directory
? 1
$ unlink .
! unlink: can't remove file '.': Is a directory
? 1
$ unlink f x
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
