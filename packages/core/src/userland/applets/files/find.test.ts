import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("find", () => {
  it("walks in the order of the directory and prints", async () => {
    const transcript = `
$ mkdir -p a/b
+ a/b/x ""
$ find a
a
a/b
a/b/x
$ find a -depth
a/b/x
a/b
a
$ find a -maxdepth 1
a
a/b
$ find a -mindepth 2
a/b/x
$ find a/ nx
a/
a/b
a/b/x
! find: nx: No such file or directory
? 1
$ find . -maxdepth 0
.`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("tests on names", async () => {
    const transcript = String.raw`
$ mkdir -p a/b
+ a/b/x.txt ""
+ a/Y.TXT ""
$ find a -name *.txt
a/b/x.txt
$ find a -iname *.txt
a/b/x.txt
a/Y.TXT
$ find a -path *b*
a/b
a/b/x.txt
$ find a -name '[!x]*'
a
a/b
a/Y.TXT
$ find a -name '[[:upper:]].*'
a/Y.TXT
$ find a -regex '.*x\.\(txt\|c\)'
a/b/x.txt
$ find a/ -name a
a/`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("tests on what stat tells", async () => {
    const transcript = String.raw`
$ mkdir -p a/e
+ a/f "hi\n"
$ chmod 754 a/f
$ chown 33:44 a/f
$ touch -d '2026-11-01 00:00:00' a/f
+ a/empty ""
$ ln -s f a/l
$ find a -type d
a
a/e
$ find a -type l
a/l
$ find a -empty -type f
a/empty
$ find a -empty -type d
a/e
$ find a -size 3c
a/f
$ find a -size +1 -o -size 1
a
a/e
$ find a -size -1 -type f
a/f
a/empty
$ find a -perm 754
a/f
$ find a -perm -711 -type f
$ find a -perm /002 -type f
$ find a -user 33 -group 44
a/f
$ find a -user root -type l
a/l
$ find a -links 1 -name f
a/f
$ find a -mtime +10 -type f
a/f
$ find a -mtime 20
a/f
$ find a -mmin -5 -name empty
a/empty
$ find a -newer a/f -type f
a/empty
$ find a -samefile a/f
a/f
$ find a -executable -type f
a/f`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("operators", async () => {
    const transcript = `
$ mkdir -p a/b
+ a/b/x ""
+ a/y ""
$ find a -name x -o -name y
a/b/x
a/y
$ find a ! -name y -type f
a/b/x
$ find a '(' -name b -o -name y ')' -print
a/b
a/y
$ find a -name b -prune -o -type f -print
a/y
$ find a -not -type d -and -name x
a/b/x
$ find a ! ! -name x
a/b/x
$ find a -name b -quit -o -print
a
$ find a -name x -o -name y -print
a/y
$ find a -name a -o
a`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("runs commands once for each, or once for all", async () => {
    const transcript = String.raw`
$ mkdir a
+ a/x ""
+ a/y ""
$ find a -type f -exec stat -c <%n> {} ';'
<a/x>
<a/y>
$ find a -type f -exec stat -c <%n> {} +
<a/x>
<a/y>
$ find a -exec false {} ';' -print
$ find a -exec false {} +
? 1
$ find a -exec nosuch {} ';'
! find: nosuch: No such file or directory
! find: nosuch: No such file or directory
! find: nosuch: No such file or directory
$ "y\nn\n" | find a -type f -ok rm {} ';'
! rm a/x ?rm a/y ? (no newline)
$ find a -print0
a\x00a/y\x00 (no newline)`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("says what it does not understand", async () => {
    const transcript = String.raw`
$ find . -bogus
! find: unrecognized: -bogus
! (usage)
? 1
$ find . -name
! find: -name requires an argument
? 1
$ find . -type z
! find: invalid argument 'z' to '-type'
? 1
$ find . -perm zz
! find: invalid mode 'zz'
? 1
$ find . -size 1x
! find: invalid number '1x'
? 1
$ find . -user nosuch
! find: unknown user nosuch
? 1
$ find . -newer nx
! find: can't stat 'nx': No such file or directory
? 1
$ find . '(' -name a
! find: unpaired '('
? 1
$ find . -exec stat {}
! find: -exec requires an argument
? 1
$ find . -exec stat {} {} +
! find: only one '{}' allowed for -exec +
? 1
$ find . -regex '\('
! find: bad regex '\(': Unmatched ( or \(
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-L and -H follow links, and take dangling ones for themselves", async () => {
    const transcript = `
$ mkdir d
+ d/x ""
$ ln -s d l
$ ln -s nx dang
$ find l
l
$ find -H l
l
l/x
$ find -L l dang
l
l/x
dang
$ find l/
l/
l/x`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("what may not be read", async () => {
    const transcript = `
$ mkdir d
$ chmod 700 d
nobody$ find .
.
./d
! find: ./d: Permission denied
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
