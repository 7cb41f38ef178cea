import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("ls", () => {
  it("long lines", async () => {
    const transcript = `
+ f "hello"
$ mkdir d
$ ln -s f l
$ ln -s nx dang
$ mkfifo p
$ mknod c c 1 3
$ chmod 4750 f
$ chown 33:1234 f
$ touch -h -d '2001-02-03 04:05:06' f l dang p d c .
$ touch -d '2001-02-03 04:05:06' f d p
$ ls -l f l dang p c
crw-r--r--    1 root     root        1,   3 Feb  3  2001 c
lrwxrwxrwx    1 root     root             2 Feb  3  2001 dang -> nx
-rwxr-x---    1 www-data 1234             5 Feb  3  2001 f
lrwxrwxrwx    1 root     root             1 Feb  3  2001 l -> f
prw-r--r--    1 root     root             0 Feb  3  2001 p
$ ls -ld d
drwxr-xr-x    2 root     root          4096 Feb  3  2001 d
$ ls -lF f l dang
lrwxrwxrwx    1 root     root             2 Feb  3  2001 dang -> nx
-rwxr-x---    1 www-data 1234             5 Feb  3  2001 f*
lrwxrwxrwx    1 root     root             1 Feb  3  2001 l -> f*
$ ls -lL l
-rwxr-x---    1 www-data 1234             5 Feb  3  2001 l
$ ls -ln f
-rwxr-x---    1 33       1234             5 Feb  3  2001 f
$ ls -g f
-rwxr-x---    1 1234             5 Feb  3  2001 f
$ ls -lh f
-rwxr-x---    1 www-data 1234           5 Feb  3  2001 f
$ ls -s f
     4 f
$ ls --full-time f
-rwxr-x---    1 www-data 1234             5 2001-02-03 04:05:06 +0000 f
$ TZ=XYZ-3 ls -l f
-rwxr-x---    1 www-data 1234             5 Feb  3  2001 f`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("dates are without the time of day unless they are recent", async () => {
    const transcript = `
$ touch -d '2026-11-20 04:05:06' now
$ touch -d '2026-05-01 04:05:06' half
$ touch -d '2027-07-01 04:05:06' next
$ touch -d @0 epoch
$ ls -l now half next epoch
-rw-r--r--    1 root     root             0 Jan  1  1970 epoch
-rw-r--r--    1 root     root             0 May  1  2026 half
-rw-r--r--    1 root     root             0 Jul  1  2027 next
-rw-r--r--    1 root     root             0 Nov 20 04:05 now`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("names only", async () => {
    const transcript = `
$ mkdir d
+ f "x"
+ .h "x"
$ chmod +x f
$ ln -s d l
$ mkfifo p
$ ls
d
f
l
p
$ ls -a
.
..
.h
d
f
l
p
$ ls -A
.h
d
f
l
p
$ ls -F
d/
f*
l@
p|
$ ls -p
d/
f
l
p
$ ls -r
p
l
f
d
$ ls -d d
d
$ ls l
$ ls -Q
"d"
"f"
"l"
"p"
$ ls -1 f d
f

d:`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("columns", async () => {
    const transcript = `
$ touch aaa b cccccc dd e
$ ls -C -w 20
aaa     dd
b       e
cccccc
$ ls -x -w 20
aaa     b
cccccc  dd
e
$ ls -C -w 5
aaa
b
cccccc
dd
e
$ ls -w 0 -C
aaa     b       cccccc  dd      e
$ COLUMNS=20 ls -C
aaa     dd
b       e
cccccc
$ ls -C1 b e
b
e
$ ls -1C b e
b  e`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("sorts by name bytewise, time, size, extension, version", async () => {
    const transcript = `
+ b "1"
+ a "333"
+ C "22"
$ touch -d @30 a
$ touch -d @50 b
$ touch -d @40 C
$ ls
C
a
b
$ ls -t
b
C
a
$ ls -tr
a
C
b
$ ls -S
a
C
b
$ ls -St
b
C
a
$ touch x10 x9 x01 x1.tar.gz z.c
$ ls -v
C
a
b
x01
x1.tar.gz
x9
x10
z.c
$ ls -X
C
a
b
x01
x10
x9
z.c
x1.tar.gz
$ mkdir D
$ ls --group-directories-first
D
C
a
b
x01
x1.tar.gz
x10
x9
z.c`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("files first, then directories with headings", async () => {
    const transcript = `
$ mkdir -p d1/sub d2
+ f "x"
+ d1/a "x"
$ ls d2 f d1
f

d1:
a
sub

d2:
$ ls nx f d1
f

d1:
a
sub
! ls: nx: No such file or directory
? 1
$ ls nx
! ls: nx: No such file or directory
? 1
$ ls -R d1
d1:
a
sub

d1/sub:
$ ls -d d1 d2 nx
d1
d2
! ls: nx: No such file or directory
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("what may not be read", async () => {
    const transcript = `
$ mkdir d
$ chmod 700 d
nobody$ ls d
! ls: can't open 'd': Permission denied
? 1
nobody$ ls -d d
d`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("odd names are shown raw, and quoted with -Q", async () => {
    const transcript = String.raw`
+ 'a\nb' "x"
+ 'é' "x"
+ 'q"z' "x"
$ ls
a\nb
q"z
é
$ ls -Q
"a\\nb"
"q\"z"
"\303\251"`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("colours on request", async () => {
    const transcript = String.raw`
$ mkdir d
+ x "x"
$ chmod +x x
$ ln -s nx l
$ ls --color=always
\x1b[1;34md\x1b[m
\x1b[1;36ml\x1b[m
\x1b[1;32mx\x1b[m
$ ls --color
\x1b[1;34md\x1b[m
\x1b[1;36ml\x1b[m
\x1b[1;32mx\x1b[m
$ ls --color=auto
d
l
x
$ ls --color=never
d
l
x`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
