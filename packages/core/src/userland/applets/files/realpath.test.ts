import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("realpath", () => {
  it("resolves every word", async () => {
    const transcript = `
$ mkdir -p d/e
$ ln -s d dl
+ f "x"
$ realpath dl/e dl/.. / .
/t/d/e
/t
/
/t
$ realpath nx ./nx nx/y f/x
/t/nx
! realpath: nx: No such file or directory
! realpath: nx/y: No such file or directory
! realpath: f/x: Not a directory
? 1
$ realpath -z
! realpath: -z: No such file or directory
? 1
$ ln -s loop loop
$ realpath loop
! realpath: loop: Too many levels of symbolic links
? 1
$ realpath
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
