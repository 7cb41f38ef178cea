import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("truncate", () => {
  it("sets sizes with suffixes, makes files unless -c is given", async () => {
    const transcript = `
$ truncate -s 10 a
$ truncate -s 1K b
$ truncate -s 1kB c
$ truncate -s 2M d
$ stat -c '%n %s' a b c d
a 10
b 1024
c 1000
d 2097152
$ truncate -s 3 a b
$ stat -c '%n %s' a b
a 3
b 3
$ truncate -c -s 5 nx
$ ls
a
b
c
d
$ truncate -s 4 nx/f .
! truncate: nx/f: open: No such file or directory
! truncate: .: open: Is a directory
? 1
$ truncate -s x a
! truncate: invalid number 'x'
? 1
$ truncate -s +3 a
! truncate: invalid number '+3'
? 1
$ truncate -s 99999999999999999999 a
! truncate: invalid number '99999999999999999999'
? 1
$ truncate a
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
