import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("sync", () => {
  it("sync takes files", async () => {
    const transcript = `
+ f "x"
$ sync
$ sync f nx
! sync: can't open 'nx': No such file or directory
? 1
$ sync -df f
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
