import { describe, expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

/** Transcripts of the real program. */
describe("install", () => {
  it("copies with mode 755 and replaces", async () => {
    const transcript = `
+ f "x"
$ install f g
$ install -m 600 f h
$ stat -c '%n %a' g h
g 755
h 600
$ install -m u+s f s
$ stat -c %a s
4755
$ install -o 33 -g 44 f o
$ stat -c %u:%g o
33:44
$ install f f
! install: 'f' and 'f' are the same file
? 1
$ install f nx/y
! install: can't create 'nx/y': Path does not exist
? 1
$ install nx g
! install: can't stat 'nx': No such file or directory
? 1
$ install -o nosuch f x
! install: unknown user nosuch
? 1
$ install f
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });

  it("into directories, which -D and -d make", async () => {
    const transcript = `
+ f "x"
+ g "y"
$ mkdir d
$ install -v f g d
'f' -> 'd/f'
'g' -> 'd/g'
$ install -Dv f q/w/e
created directory: 'q/'
created directory: 'q/w'
'f' -> 'q/w/e'
$ install -D -t t/u f
$ ls t/u
f
$ install -d a/b c
$ stat -c '%n %a' a/b c
a/b 755
c 755
$ install -dm 700 k/l
$ stat -c '%n %a' k k/l
k 755
k/l 700
$ install f g nx
$ install -d f
! install: can't create directory 'f': File exists
? 1
$ install d i
! install: omitting directory 'd'
? 1
$ install -t d -d x
! (usage)
? 1`;
    expect(await replay(transcript)).toBe(transcript.trim());
  });
});
