import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("rm", () => {
  it("removes files, and trees with -r", async () => {
    const transcript = `
+ f "x"
$ mkdir -p d/e
+ d/f "x"
$ rm d
! rm: 'd' is a directory
? 1
$ rm f
$ rm -r d/
$ ls
$ ln -s nx l
$ rm -v l
removed 'l'
$ mkdir -p h/i
+ h/f "x"
$ rm -Rv h/f h
removed 'h/f'
removed directory: 'h/i'
removed directory: 'h'`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("tells what is missing unless -f is given", async () => {
    const transcript = `
$ rm nx
! rm: can't remove 'nx': No such file or directory
? 1
$ rm -f nx
+ f "x"
$ rm f/x
! rm: can't stat 'f/x': Not a directory
? 1
$ rm -f f/x
! rm: can't stat 'f/x': Not a directory
? 1
$ rm
! (usage)
? 1
$ rm -f`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("refuses dot and dot dot", async () => {
    const transcript = `
$ mkdir d
$ rm -rf . .. d/.. d/.
! rm: can't remove '.' or '..'
! rm: can't remove '.' or '..'
! rm: can't remove '.' or '..'
! rm: can't remove '.' or '..'
? 1
$ ls
d`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-i asks, and takes what begins with y for yes", async () => {
    const transcript = String.raw`
+ g "x"
$ "n\n" | rm -i g
! rm: remove 'g'?  (no newline)
$ ls
g
$ " Yes\n" | rm -i g
! rm: remove 'g'?  (no newline)
$ mkdir d
+ d/f "x"
$ "y\nn\ny\n" | rm -ri d
! rm: descend into directory 'd'? rm: remove 'd/f'? rm: remove directory 'd'? rm: can't remove 'd': Directory not empty
? 1
$ "n\n" | rm -ri d
! rm: descend into directory 'd'?  (no newline)
$ rm -if d/f
$ ls d`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("what cannot be written to cannot lose its entries", async () => {
    const transcript = `
$ mkdir ro un
+ ro/f "x"
+ un/f "x"
$ chmod 555 ro
$ chmod 0 un
nobody$ rm -rf ro
! rm: can't remove 'ro/f': Permission denied
? 1
nobody$ rm -r un
? 1
$ rm -rf ro un
$ ls`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
