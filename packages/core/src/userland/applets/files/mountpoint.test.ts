import { expect, it } from "vitest";
import { replay } from "../../../testing/transcript.ts";

it("mountpoint tells roots of mounts from other directories", async () => {
  const transcript = `
$ mkdir d
$ mountpoint /dev/shm
/dev/shm is a mountpoint
$ mountpoint d
d is not a mountpoint
? 1
$ mountpoint -q /
$ mountpoint nx
! mountpoint: nx: No such file or directory
? 1
$ mountpoint /etc/passwd
! mountpoint: /etc/passwd: Not a directory
? 1
$ mountpoint -x /dev/null
! mountpoint: /dev/null: not a block device
? 1`;
  expect(await replay(transcript)).toBe(transcript.trim());
});
