import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("mv", () => {
  it("renames, and moves into directories", async () => {
    const transcript = `
+ f "1"
$ mkdir d e
$ mv f g
$ mv g d
$ ls d
g
$ mv d e
$ ls -R e
e:
d

e/d:
g
$ mv e/d/g e/d/h .
! mv: can't rename 'e/d/h': No such file or directory
? 1
$ ls
e
g
$ mv nx y
! mv: can't rename 'nx': No such file or directory
? 1
$ mv g nx/y
! mv: can't rename 'g': No such file or directory
? 1
$ mv g
! (usage)
? 1
$ mv -t e g
$ mv -v e/g e/d .
'e/g' -> './g'
'e/d' -> './d'`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("a directory replaces only an empty directory, and a file no directory", async () => {
    const transcript = `
$ mkdir -p a x/a b
+ x/a/f "1"
+ f "1"
$ mv a x
! mv: can't rename 'a': Directory not empty
? 1
$ mv -T a x
! mv: can't rename 'a': Directory not empty
? 1
$ mv -T a b
$ mv b f
! mv: can't rename 'b': Not a directory
? 1
$ mv -T f b
! mv: 'b' is a directory
? 1
$ mv x x/y
! mv: can't rename 'x': Invalid argument
? 1
$ mv x x
! mv: can't rename 'x': Invalid argument
? 1
$ mv . x
! mv: can't rename '.': Device or resource busy
? 1
$ mv f/ g
! mv: can't rename 'f/': Not a directory
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-n keeps what is there, -i asks, -f does neither", async () => {
    const transcript = String.raw`
+ a "1"
+ b "2"
$ mv -n a b
$ cat b
2 (no newline)
$ "n\n" | mv -i a b
! mv: overwrite 'b'?  (no newline)
$ cat b
2 (no newline)
$ "y\n" | mv -i a b
! mv: overwrite 'b'?  (no newline)
$ cat b
1 (no newline)
+ a "3"
$ mv -nf a b
$ cat b
3 (no newline)`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("two names of one file stay, as rename has it", async () => {
    const transcript = `
+ s "x"
$ ln s s2
$ mv s s2
$ ls
s
s2`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("across file systems it copies with all attributes and removes", async () => {
    const transcript = `
+ f "1"
$ chmod 4751 f
$ touch -d @1000 f
$ chown 5:6 f
$ mv f /dev/shm/f
$ stat -c '%a %u:%g %Y' /dev/shm/f
751 5:6 1000
$ mkdir d
+ d/a "1"
$ ln d/a d/b
$ ln -s x d/l
$ mkfifo d/p
$ mv d /dev/shm
$ stat -c '%n %h %F' /dev/shm/d/a /dev/shm/d/l /dev/shm/d/p
/dev/shm/d/a 2 regular file
/dev/shm/d/l 1 symbolic link
/dev/shm/d/p 1 fifo
$ ls
+ f "2"
$ mv -T f /dev/shm/d
! mv: '/dev/shm/d' is a directory
? 1
$ mkdir e
$ mv e /dev/shm/f
! mv: can't overwrite non-directory with directory
? 1
$ mkdir d
$ mv d /dev/shm
! mv: can't remove '/dev/shm/d': Is a directory
? 1
$ rm -r /dev/shm/d /dev/shm/f`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
