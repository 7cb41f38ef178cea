import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("getfattr", () => {
  it("getfattr and lsattr find nothing", async () => {
    const transcript = `
+ f "x"
$ ln -s f l
$ getfattr -d f
$ getfattr -n user.x f
# file: f
! getfattr: f: No data available
? 1
$ getfattr -d nx
! getfattr: nx: No such file or directory
? 1
$ getfattr
! (usage)
? 1
$ lsattr nx l
! lsattr: can't stat 'nx': No such file or directory
! lsattr: can't open 'l': Too many levels of symbolic links
$ chattr +i f
! chattr: setting flags on f: Operation not permitted
$ chattr f
! chattr: must use -v, -p, =, - or +
? 1
$ chattr +A nx f
! chattr: can't stat 'nx': No such file or directory`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
