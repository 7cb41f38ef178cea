import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("du", () => {
  it("sums blocks of directories and operands", async () => {
    const transcript = `
$ mkdir -p d/e
$ dd if=/dev/zero of=d/f bs=5000 count=1 status=none
$ ln d/f d/g
$ ln -s f d/l
$ du d
4	d/e
16	d
$ du -s d
16	d
$ du -a d/e
4	d/e
$ du -ks d
16	d
$ du -hs d
16.0K	d
$ du -ms d
1	d
$ du -d 0 d
16	d
$ du -c d/f d/e
8	d/f
4	d/e
12	total
$ du d/f d/g
8	d/f
$ du -l d/f d/g
8	d/f
8	d/g
$ du -b d/f
5000	d/f
$ du -bh d/f
4.9K	d/f
$ du d/l
0	d/l
$ du -L d/l
8	d/l
$ truncate -s 1M hole
$ du hole
0	hole
$ du nx d/e
4	d/e
! du: nx: No such file or directory
? 1
$ du -d x
! du: invalid number 'x'
? 1
$ POSIXLY_CORRECT=1 du d/f
16	d/f`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
