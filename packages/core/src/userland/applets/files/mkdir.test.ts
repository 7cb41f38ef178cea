import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("mkdir", () => {
  it("makes directories, says which exist, and goes on", async () => {
    const transcript = `
$ mkdir a b a
! mkdir: can't create directory 'a': File exists
? 1
$ mkdir x/y
! mkdir: can't create directory 'x/y': No such file or directory
? 1
$ mkdir ''
! mkdir: can't create directory '': No such file or directory
? 1
$ stat -c '%n %F %a' a b
a directory 755
b directory 755
$ mkdir
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-p makes parents and is content with what is there", async () => {
    const transcript = `
$ mkdir -p a/b/c
$ mkdir -p a/b/c
$ mkdir -vp v/w
created directory: 'v/'
created directory: 'v/w'
$ mkdir --parents --verbose pp/qq//rr
created directory: 'pp/'
created directory: 'pp/qq//'
created directory: 'pp/qq//rr'
$ mkdir -p ''
! mkdir: can't create directory '': No such file or directory
? 1
$ mkdir -p ./z/../y
+ f "x"
$ mkdir -p f
! mkdir: can't create directory 'f': File exists
? 1
$ mkdir -p f/x
! mkdir: can't create directory 'f/': Not a directory
? 1
$ mkdir / .
$ mkdir ..
! mkdir: can't create directory '..': File exists
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-m sets the mode of the last directory whatever the umask says", async () => {
    const transcript = `
077$ mkdir -p -m 755 p/q
$ stat -c '%a %n' p p/q
700 p
755 p/q
$ mkdir -m 1733 m
$ mkdir -m u=rwx,go= um
$ mkdir -m +t st
$ stat -c '%a %n' m um st
1733 m
700 um
1777 st
$ mkdir -m xx n
! mkdir: invalid mode 'xx'
? 1
0777$ mkdir -p q/r
$ stat -c '%a %n' q q/r
300 q
0 q/r`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
