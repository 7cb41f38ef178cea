import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("touch", () => {
  it("makes files, unless -c is given", async () => {
    const transcript = `
$ touch a nx/b
! touch: nx/b: No such file or directory
? 1
$ touch -c c
$ ls
a
$ touch
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("sets both times, or one with -a or -m", async () => {
    const transcript = `
$ touch -d '2001-02-03 04:05:06' a
$ stat -c '%X %Y' a
981173106 981173106
$ touch -a -d @5 a
$ touch -m -t 200102031234.56 a
$ stat -c '%X %Y' a
5 981203696
$ touch -am -d @6 a
$ stat -c '%X %Y' a
6 6`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-r takes the times of another file", async () => {
    const transcript = `
$ touch -d @5 a
$ touch -r a b
$ stat -c %Y b
5
$ touch -r nx b
! touch: can't stat 'nx': No such file or directory
? 1
$ touch -r a -t 200102031234 b
! (usage)
? 1
$ touch -r a -d @7 b
$ stat -c %Y b
7`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("refuses what is no date", async () => {
    const transcript = `
$ touch -d bogus f
! touch: invalid date 'bogus'
? 1
$ touch -d 2001-02-03T04:05:06Z f
! touch: invalid date '2001-02-03T04:05:06Z'
? 1
$ touch -d @-1 f
! touch: invalid date '@-1'
? 1
$ ls`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-h sets the times of a link", async () => {
    const transcript = `
$ ln -s a l
$ touch -h -d @77 l
$ stat -c %Y l
77
$ ls
l`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("others may set the current time if they may write", async () => {
    const transcript = `
+ f "x"
$ chmod 666 f
nobody$ touch f
nobody$ touch -d @5 f
! touch: f: Operation not permitted
? 1
$ chmod 600 f
nobody$ touch f
! touch: f: Permission denied
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
