import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("readlink", () => {
  it("shows what a link says, silently fails otherwise", async () => {
    const transcript = `
$ ln -s x l
+ f "x"
$ readlink l
x
$ readlink -n l
x (no newline)
$ readlink f
? 1
$ readlink nx
? 1
$ readlink -v f
! readlink: f: cannot read link: not a symlink
? 1
$ readlink -v nx
! readlink: nx: cannot read link: No such file or directory
? 1
$ readlink l l
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-f follows to the end; only a last component behind a slash may be missing", async () => {
    const transcript = `
$ mkdir -p d/e
$ ln -s d dl
$ ln -s ../nope d/up
$ ln -s nx/zz deep
$ readlink -f dl/e
/t/d/e
$ readlink -f dl/up
//nope
$ readlink -f ./nope
/t/nope
$ readlink -f nope
? 1
$ readlink -f deep
? 1
$ readlink -f nx/y
? 1
$ ln -s loop loop
$ readlink -f loop
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
