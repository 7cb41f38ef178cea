import { expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

it("lsattr shows extents on a disk and nothing on tmpfs; chattr +i is refused", async () => {
  const transcript = `
$ mkdir d
+ d/f "x"
$ lsattr d
--------------e----- d/f
$ lsattr -d d
--------------e----- d
$ lsattr -l d/f
d/f                          Extents
$ lsattr -p d/f
    0 --------------e----- d/f
+ ../dev/shm/q "x"
$ lsattr /dev/shm/q
-------------------- /dev/shm/q
$ chattr +i d/f
! chattr: setting flags on d/f: Operation not permitted
$ chattr -i +A d/f
$ chattr =a +i d/f
! chattr: = is incompatible with - and +
? 1
$ chattr d/f
! chattr: must use -v, -p, =, - or +
? 1
$ chattr +z d/f
! (usage)
? 1`;
  expect(await replay(transcript)).toBe(transcript.trim());
});
