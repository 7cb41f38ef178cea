import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("rmdir", () => {
  it("removes empty directories only", async () => {
    const transcript = `
$ mkdir -p a/b
+ f "x"
$ rmdir a
! rmdir: 'a': Directory not empty
? 1
$ rmdir a/b a
$ rmdir nx f ''
! rmdir: 'nx': No such file or directory
! rmdir: 'f': Not a directory
! rmdir: '': No such file or directory
? 1
$ rmdir .
! rmdir: '.': Invalid argument
? 1
$ rmdir
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("-p removes parents too until one is not empty", async () => {
    const transcript = `
$ mkdir -p a/b/c q/w
$ rmdir -pv a/b/c
rmdir: removing directory, 'a/b/c'
rmdir: removing directory, 'a/b'
rmdir: removing directory, 'a'
+ q/f "x"
$ rmdir -p q/w
! rmdir: 'q': Directory not empty
? 1
$ rmdir --ignore-fail-on-non-empty q nx
! rmdir: 'nx': No such file or directory
? 1
$ rmdir --parents q
! rmdir: 'q': Directory not empty
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
