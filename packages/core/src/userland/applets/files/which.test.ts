import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("which", () => {
  it("which looks along PATH", async () => {
    const transcript = `
+ f "x"
$ which stat nosuch cat
/bin/stat
/bin/cat
? 1
$ which ./f
? 1
$ chmod +x f
$ which ./f
./f
$ which -a stat
/bin/stat
$ PATH=/nx:/bin:/bin which -a stat
/bin/stat
/bin/stat
$ PATH= which stat
? 1
$ which
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
