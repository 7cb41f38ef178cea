import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("mknod", () => {
  it("makes devices and fifos", async () => {
    const transcript = `
$ mknod c c 1 3
$ mknod u u 1 3
$ mknod b b 8 300
$ mknod p p
$ mkfifo q r
$ stat -c '%n %F %t,%T %a' c u b p q r
c character special file 1,3 644
u character special file 1,3 644
b block special file 8,12c 644
p fifo 0,0 644
q fifo 0,0 644
r fifo 0,0 644
$ mkfifo q
! mkfifo: q: File exists
? 1
$ mknod p p
! mknod: p: File exists
? 1
$ mknod -m 600 m p
077$ mkfifo -m 666 n
$ stat -c '%n %a' m n
m 600
n 666`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("refuses what is no device", async () => {
    const transcript = `
$ mknod n
! (usage)
? 1
$ mknod n q
! (usage)
? 1
$ mknod n c 1
! (usage)
? 1
$ mknod n p 1 3
! (usage)
? 1
$ mknod n c x 3
! mknod: invalid number 'x'
? 1
$ mknod n c 9999999 3
! mknod: number 9999999 is not in 0..4095 range
? 1
$ mknod n c 1 3 4
! (usage)
? 1
$ mkfifo -m q n
! mkfifo: n: Invalid argument
? 1
$ mkfifo
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
