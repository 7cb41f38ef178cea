import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("stat", () => {
  it("-c formats with flags, width and precision", async () => {
    const transcript = String.raw`
+ f ""
$ touch -d '2001-02-03 04:05:06' f
$ chown 1234:33 f
$ stat -c '%n %s %b %f %u %g %h %t %T %X %Y %o %a %A %B %F %U %G' f
f 0 0 81a4 1234 33 1 0 0 981173106 981173106 4096 644 -rw-r--r-- 512 regular empty file UNKNOWN www-data
$ stat -c '%x|%y' f
2001-02-03 04:05:06.000000000 +0000|2001-02-03 04:05:06.000000000 +0000
$ stat -c '%5a|%05a|%-5a|%#a|%.3s|%10.3s|%.2F|%#5f|%5q|%%|%5%|%|' f
  644|00644|644  |0644|000|       000|re|0x81a4|    q|%|%||
$ stat -c '%+X|% X' f
+981173106| 981173106
$ stat -c 'a\nb' f
a\nb
$ stat -c x% f f
x%x% (no newline)
$ TZ=XYZ-3 stat -c %y f
2001-02-03 07:05:06.000000000 +0300`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("names types, and links with their targets", async () => {
    const transcript = `
$ ln -s f l
$ mkfifo p
+ f "x"
$ stat -c '%N %F' f l p . /dev/null
f regular file
'l' -> 'f' symbolic link
p fifo
. directory
/dev/null character special file
$ stat -L -c '%N %F' l
l regular file
$ stat -c '%F %t,%T' /dev/null
character special file 1,3`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("says what is missing and goes on", async () => {
    const transcript = `
+ f "xy"
$ stat -c %s nx f
2
! stat: can't stat 'nx': No such file or directory
? 1
$ stat -L nx
! stat: can't stat 'nx': No such file or directory
? 1
$ stat -f nx
! stat: can't read file system information for 'nx': No such file or directory
? 1
$ stat
! (usage)
? 1
$ stat --format=%s f
! stat: unrecognized option '--format=%s'
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
