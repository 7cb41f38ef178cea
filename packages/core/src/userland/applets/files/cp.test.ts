import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("cp", () => {
  it("copies a file onto a file or into a directory", async () => {
    const transcript = `
+ f "hello"
$ mkdir d
$ cp f g
$ cp f g d
$ ls d
f
g
$ cp nx g
! cp: can't stat 'nx': No such file or directory
? 1
$ cp f nx/g
! cp: can't create 'nx/g': No such file or directory
? 1
$ cp f g nx
! cp: can't create 'nx/f': No such file or directory
! cp: can't create 'nx/g': No such file or directory
? 1
$ cp f f
! cp: 'f' and 'f' are the same file
? 1
$ cp f d/..
! cp: 'f' and 'd/../f' are the same file
? 1
$ cp d e
! cp: omitting directory 'd'
? 1
$ cp f
! (usage)
? 1
$ cp f/ g
! cp: can't stat 'f/': Path has non-directory component
? 1
$ cp -t d f
$ cp -T f d
! cp: 'd' is a directory
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-f and --remove-destination replace what cannot be opened", async () => {
    const transcript = `
+ f "new"
+ w ""
$ chmod 444 w
$ chmod 777 .
nobody$ cp f w
! cp: can't create 'w': Permission denied
? 1
nobody$ cp -f f w
$ cat w
new (no newline)
$ cp --remove-destination f w
$ cp -f f nx/y
! cp: can't create 'nx/y': Path does not exist
? 1
$ ln -s nx/y dang
$ cp f dang
! cp: can't create 'dang': No such file or directory
? 1
$ cp -f f dang`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-i asks and -n does not overwrite; the last one counts", async () => {
    const transcript = String.raw`
+ f "new"
+ g "old"
$ "n\n" | cp -i f g
! cp: overwrite 'g'?  (no newline)
$ cat g
old (no newline)
$ cp -in f g
$ cat g
old (no newline)
$ "y\n" | cp -ni f g
! cp: overwrite 'g'?  (no newline)
$ cat g
new (no newline)`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-u copies what is newer by whole seconds", async () => {
    const transcript = `
+ a "new"
+ b "old"
$ touch -d @50 a
$ touch -d @100 b
$ cp -u a b
$ cat b
old (no newline)
$ touch -d @101 a
$ cp -u a b
$ cat b
new (no newline)`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("follows links, except with -P, -d and -R", async () => {
    const transcript = `
+ f "x"
$ ln -s f l
$ cp l c1
$ cp -d l c2
$ cp -P l c3
$ cp -L l c4
$ cp -R l c5
$ cp -RL l c6
$ cp -RH l c7
$ cp -H l c8
$ stat -c '%n %F' c1 c2 c3 c4 c5 c6 c7 c8
c1 regular file
c2 symbolic link
c3 symbolic link
c4 regular file
c5 symbolic link
c6 regular file
c7 regular file
c8 regular file`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-R copies trees, links and special files", async () => {
    const transcript = `
$ mkdir -p d/e
+ d/e/f "x"
$ ln -s nx d/l
$ mkfifo d/p
$ cp -R d new
$ stat -c '%n %F' new/e/f new/l new/p
new/e/f regular file
new/l symbolic link
new/p fifo
$ cp -R d new
$ ls new
d
e
l
p
$ cp -r d d/sub
! cp: recursion detected, omitting directory 'd/sub'
? 1
+ f "x"
$ cp -r d f
! cp: can't stat 'f/d': Not a directory
? 1
$ cp -r f d
$ cp -RT d other
$ ls other
e
f
l
p
sub
$ cp -rv d/e v
'd/e/f' -> 'v/f'
'd/e' -> 'v'
$ cp /dev/null empty
$ cp -r /dev/null null
$ stat -c '%F %s %t,%T' empty null
regular empty file 0 0,0
character special file 0 1,3`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("keeps mode, owner and times with -p, and hard links among the copied with -a and -d", async () => {
    const transcript = `
+ f "x"
$ chmod 4751 f
$ touch -d @1000 f
$ chown 33:44 f
$ cp f plain
$ cp -p f kept
$ stat -c '%n %a %u:%g' plain kept
plain 751 0:0
kept 751 33:44
$ stat -c %Y kept
1000
$ mkdir s
+ s/a "1"
$ ln s/a s/b
$ cp -a s t
$ cp -rL s u
$ stat -c '%n %h' t/a t/b u/a
t/a 2
t/b 2
u/a 1
077$ cp f masked
$ stat -c %a masked
700`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("what it may not keep it says, and the copy counts", async () => {
    const transcript = `
+ f "x"
$ chmod 6755 f
$ chmod 777 .
nobody$ cp -a f copy
! cp: can't preserve ownership of 'copy': Operation not permitted
$ stat -c '%a %U' copy
755 nobody`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-l and -s make links", async () => {
    const transcript = `
+ f "x"
$ cp -l f hard
$ stat -c %h hard
2
$ cp -s f soft
$ readlink soft
f
$ cp -s f soft
! cp: can't create 'soft': File exists
? 1
$ cp -sf f soft
$ cp -ls f q
! (usage)
? 1
$ cp -l nx q
! cp: can't create 'q': No such file or directory
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("--parents makes the path below the directory", async () => {
    const transcript = `
$ mkdir -p d/e t
+ d/e/f "x"
$ cp --parents d/e/f t
$ ls t/d/e
f
$ cp --parents d/e/f nx
! cp: with --parents, the destination must be a directory
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("--reflink fails where no file system shares blocks, unless it need not", async () => {
    const transcript = `
+ f "x"
$ cp --reflink f g
! cp: failed to clone 'g' from 'f': Operation not supported
? 1
$ cp --reflink=auto f g`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
