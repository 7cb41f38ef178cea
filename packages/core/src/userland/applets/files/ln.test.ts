import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("ln", () => {
  it("makes hard and symbolic links", async () => {
    const transcript = `
+ f "1"
$ ln f h
$ stat -c '%h %F' f h
2 regular file
2 regular file
$ ln -s f s
$ readlink s
f
$ ln -v -s f vv
'vv' -> 'f'
$ ln f f
! ln: f: File exists
? 1
$ ln nx h2
! ln: nx: No such file or directory
? 1
$ ln -s '' e
! ln: e: No such file or directory
? 1
$ ln -s f nx/y
! ln: nx/y: No such file or directory
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("a directory as the last operand takes links to all others", async () => {
    const transcript = `
$ mkdir d
+ f "1"
$ ln -s ../f d/
$ ln -s a b c d
$ ls d
a
b
c
f
$ ln f d
! ln: d/f: File exists
? 1
$ ln -s f x y z
! ln: z: File exists
! ln: z: File exists
? 1
$ ln -sT f d
! ln: 'd' is a directory
? 1
$ ln -T a b c
! ln: -T accepts 2 args max
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("with one operand the link has its last component", async () => {
    const transcript = `
$ ln -s /abs/target
$ readlink target
/abs/target
$ ln -s f`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-f replaces, -n takes a link to a directory for itself", async () => {
    const transcript = `
$ mkdir d
+ f "1"
$ ln -s d s
$ ln -sf f s
$ ls d
f
$ ln -sfn nx s
$ readlink s
nx
$ ln -s f s
! ln: s: File exists
? 1
$ ln -f f h
$ ln -b f h
$ ln -S .bak -sb f h
$ ls
d
f
h
h.bak
h~
s`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("a dangling symbolic link can be linked to", async () => {
    const transcript = `
$ ln -s nx dang
$ ln dang hard
$ readlink hard
nx`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
