import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("chown", () => {
  it("takes names, numbers and both", async () => {
    const transcript = `
+ f "x"
$ chown -v 1000 f
changed ownership of 'f' to 1000:0
$ chown -v www-data:root f
changed ownership of 'f' to 33:0
$ chown -v :daemon f
changed ownership of 'f' to 33:1
$ chown -v nobody: f
changed ownership of 'f' to 65534:65534
$ chown -v 0:33 f
changed ownership of 'f' to 0:33
$ chown -c 0:33 f
$ chown -v 4294967295 f
changed ownership of 'f' to 0:33
$ chgrp -v daemon f
changed ownership of 'f' to 0:1
$ chgrp -c 1 f
$ chown 1 f nx
! chown: nx: No such file or directory
? 1
$ chown -f 0 nx
! chown: nx: No such file or directory
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("says who is unknown, and does nothing", async () => {
    const transcript = `
+ f "x"
$ chown nosuch f
! chown: unknown user nosuch
? 1
$ chown root:nosuch f
! chown: unknown user/group root:nosuch
? 1
$ chown nosuch: f
! chown: unknown user/group nosuch
? 1
$ chown '' f
! chown: unknown user 
? 1
$ chown : f
! chown: unknown group 
? 1
$ chown 12.34 f
! chown: unknown user 12.34
? 1
$ chgrp nosuch f
! chgrp: unknown group nosuch
? 1
$ stat -c %u:%g f
0:0
$ chown 1
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-R changes links themselves, -L and -H follow them", async () => {
    const transcript = `
$ mkdir d
+ d/f "x"
+ f "x"
$ ln -s ../f d/l
$ ln -s d dl
$ chown -R 5:6 d
$ stat -c '%n %u:%g' d d/f d/l f
d 5:6
d/f 5:6
d/l 5:6
f 0:0
$ chown -RL 7 d
$ stat -c '%n %u:%g' d/l f
d/l 5:6
f 7:0
$ chown -h 9 dl
$ chown 10 dl
$ stat -c '%n %u:%g' dl d
dl 9:0
d 10:0
$ chown -RH 11 dl
$ stat -c '%n %u:%g' dl d d/f
dl 9:0
d 11:0
d/f 11:6`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("only root gives files away", async () => {
    const transcript = `
+ f "x"
$ chown nobody f
nobody$ chown root f
! chown: f: Operation not permitted
? 1
nobody$ chgrp daemon f
! chgrp: f: Operation not permitted
? 1
nobody$ chgrp nogroup f
nobody$ chown -f root f
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
