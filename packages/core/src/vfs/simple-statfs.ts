/** What statfs(2) says of a file system that keeps nothing in blocks. @see fs/libfs.c:simple_statfs */
import { PAGE_SIZE, type StatFs } from "../abi/index.ts";

export const simpleStatfs = (magic: number): StatFs => ({
  magic,
  blockSize: PAGE_SIZE,
  blocks: 0,
  blocksFree: 0,
  files: 0,
  filesFree: 0,
  nameMax: 255,
  flags: 0,
});
