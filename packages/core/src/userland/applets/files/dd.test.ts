import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("dd", () => {
  it("copies blocks and counts whole and partial ones", async () => {
    const transcript = String.raw`
$ "hello\n" | dd
hello
! 0+1 records in
! 0+1 records out
+ f "abcdef"
$ dd if=f bs=2 skip=1
cdef (no newline)
! 2+0 records in
! 2+0 records out
$ dd if=f bs=4
abcdef (no newline)
! 1+1 records in
! 1+1 records out
$ dd if=f bs=1 skip=2 count=2
cd (no newline)
! 2+0 records in
! 2+0 records out
$ "abcdef\n" | dd ibs=2 obs=3
abcdef
! 3+1 records in
! 2+1 records out
$ "abcdef" | dd bs=1 skip=2
cdef (no newline)
! 4+0 records in
! 4+0 records out
$ dd if=f of=g bs=4 status=none
$ cmp f g
$ dd if=f skip=10 bs=1
! 0+0 records in
! 0+0 records out`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("seeks in the output, and cuts it there unless conv=notrunc", async () => {
    const transcript = `
+ f "abcdef"
+ g "0123456789"
$ dd if=f of=g bs=2 skip=1 seek=1 count=1 status=none
$ cat g
01cd (no newline)
+ g "0123456789"
$ dd if=f of=g bs=2 skip=1 seek=1 count=1 conv=notrunc status=none
$ cat g
01cd456789 (no newline)
$ dd if=f of=g oflag=append conv=notrunc status=none
$ cat g
01cd456789abcdef (no newline)
$ dd if=f of=hole seek=5 bs=1 count=0
! 0+0 records in
! 0+0 records out
$ stat -c %s hole
5
$ dd if=f of=g seek=3 oflag=seek_bytes bs=4 status=none
$ cat g
01cabcdef (no newline)`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("converts", async () => {
    const transcript = String.raw`
$ "abcdef\n" | dd conv=swab
badcfe
! 0+1 records in
! 0+1 records out
$ "abc" | dd bs=4 conv=sync
abc\x00 (no newline)
! 0+1 records in
! 1+0 records out
+ f "abcdef"
$ dd if=f iflag=skip_bytes skip=3 bs=4
def (no newline)
! 0+1 records in
! 0+1 records out
$ dd if=f iflag=count_bytes count=3 bs=2
abc (no newline)
! 1+1 records in
! 1+1 records out
$ dd if=f bs=1kB
abcdef (no newline)
! 0+1 records in
! 0+1 records out`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("errors", async () => {
    const transcript = `
$ dd if=nx
! dd: can't open 'nx': No such file or directory
? 1
$ dd of=nx/y
! dd: can't open 'nx/y': No such file or directory
? 1
$ dd if=.
! dd: .: Is a directory
? 1
$ dd if=/dev/zero of=/dev/full count=1
! dd: error writing '/dev/full': No space left on device
! 1+0 records in
! 0+0 records out
? 1
$ dd bs=0
! dd: number 0 is not in 1..9223372036854775807 range
? 1
$ dd bs=2x3
! dd: invalid number '2x3'
? 1
$ dd count=-1
! dd: invalid number '-1'
? 1
$ dd conv=x
! dd: invalid argument 'x' to 'conv'
? 1
$ dd conv=sync,ucase
! dd: invalid argument 'ucase' to 'conv'
? 1
$ dd status=x
! dd: invalid argument 'x' to 'status'
? 1
$ dd foo
! (usage)
? 1
$ dd foo=1
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
