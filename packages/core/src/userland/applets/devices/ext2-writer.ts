/** Writes an empty ext2 file system: its root, and lost+found. @see fs/ext2/ext2.h */
import { pwrite, type Routine } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import { randomUuid } from "../../uuid.ts";
import { DESCRIPTOR_BYTES, type Ext2Layout, FIRST_INODE, hasSuperblock } from "./ext2-layout.ts";

const SUPERBLOCK_BYTES = 1024;
const MAGIC = 0xef53;
const ROOT_INODE = 2;
const DIRECTORY_TYPE = 2;
const DIRECTORY_MODE = 0o40755;
const HALF_YEAR_SECONDS = 180 * 24 * 60 * 60;
const MOST_OF_LABEL = 15;
const DEFAULT_MOUNT_COUNT = 20;
const FEATURES = { directoryIndex: 0x20, fileTypes: 0x2, sparseSuperblocks: 0x1 } as const;
const SECTOR = 512;

interface Group {
  readonly start: number;
  readonly bitmap: number;
  readonly table: number;
  readonly free: number;
  readonly freeInodes: number;
  /** Blocks from the group's beginning that are taken. */
  readonly taken: number;
  readonly length: number;
}

export function* writeExt2(fd: number, layout: Ext2Layout, label: string, now: number): Routine<void> {
  const { blockSize, firstBlock } = layout;
  const groups = Array.from({ length: layout.groups }, (_, number) => groupOf(layout, number));
  const uuid = yield* randomUuid();
  const seed = yield* randomUuid();
  const superblock = superblockOf(layout, groups, { label, now, uuid, seed });
  const descriptors = descriptorsOf(layout, groups);
  for (const [number, group] of groups.entries()) {
    const used = layout.inodesPerGroup - group.freeInodes;
    yield* pwrite(fd, bitmap(layout, group.taken, group.length), group.bitmap * blockSize);
    yield* pwrite(fd, bitmap(layout, used, layout.inodesPerGroup), (group.bitmap + 1) * blockSize);
    yield* pwrite(fd, new Uint8Array(layout.inodeTableBlocks * blockSize), group.table * blockSize);
    if (!hasSuperblock(number)) continue;
    const at = group.start * blockSize + (number === 0 && firstBlock === 0 ? SUPERBLOCK_BYTES : 0);
    yield* pwrite(fd, superblock, at);
    yield* pwrite(fd, descriptors, (group.start + 1) * blockSize);
  }
  const [first] = groups;
  if (first !== undefined) yield* writeDirectories(fd, layout, first.table, now);
}

function groupOf(layout: Ext2Layout, number: number): Group {
  const { blocksPerGroup, firstBlock, blocks, descriptorBlocks, inodeTableBlocks, lostAndFoundBlocks } = layout;
  const start = firstBlock + number * blocksPerGroup;
  const length = Math.min(blocksPerGroup, blocks - start);
  const copies = hasSuperblock(number) ? 1 + descriptorBlocks : 0;
  const directories = number === 0 ? 1 + lostAndFoundBlocks : 0;
  const taken = copies + 2 + inodeTableBlocks + directories;
  const freeInodes = layout.inodesPerGroup - (number === 0 ? FIRST_INODE : 0);
  return { start, bitmap: start + copies, table: start + copies + 2, free: length - taken, freeInodes, taken, length };
}

/** Ones for what is taken at the beginning, and for what is not there at the end. */
function bitmap({ blockSize }: Ext2Layout, taken: number, there: number): Uint8Array {
  const bytes = new Uint8Array(blockSize);
  const set = (bit: number): void => {
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7));
  };
  for (let bit = 0; bit < taken; bit++) set(bit);
  for (let bit = there; bit < blockSize * 8; bit++) set(bit);
  return bytes;
}

function descriptorsOf({ descriptorBlocks, blockSize }: Ext2Layout, groups: readonly Group[]): Uint8Array {
  const bytes = new Uint8Array(descriptorBlocks * blockSize);
  const view = new DataView(bytes.buffer);
  for (const [number, group] of groups.entries()) {
    const at = number * DESCRIPTOR_BYTES;
    for (const [index, value] of [group.bitmap, group.bitmap + 1, group.table].entries()) {
      view.setUint32(at + 4 * index, value, true);
    }
    for (const [index, value] of [group.free, group.freeInodes, number === 0 ? 2 : 0].entries()) {
      view.setUint16(at + 12 + 2 * index, value, true);
    }
  }
  return bytes;
}

interface Identity {
  readonly label: string;
  readonly now: number;
  readonly uuid: Uint8Array;
  readonly seed: Uint8Array;
}

function superblockOf(layout: Ext2Layout, groups: readonly Group[], { label, now, uuid, seed }: Identity): Uint8Array {
  const bytes = new Uint8Array(SUPERBLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  const log = 31 - Math.clz32(layout.blockSize) - 10;
  const inodes = layout.inodesPerGroup * layout.groups;
  const free = groups.reduce((sum, group) => sum + group.free, 0);
  const words: readonly (readonly [at: number, value: number])[] = [
    [0, inodes],
    [4, layout.blocks],
    [8, layout.reserved],
    [12, free],
    [16, inodes - FIRST_INODE],
    [20, layout.firstBlock],
    [24, log],
    [28, log],
    [32, layout.blocksPerGroup],
    [36, layout.blocksPerGroup],
    [40, layout.inodesPerGroup],
    [48, now],
    [64, now],
    [68, HALF_YEAR_SECONDS],
    // Revision 1: inodes of any size, and features.
    [76, 1],
    [84, FIRST_INODE],
    [92, FEATURES.directoryIndex],
    [96, FEATURES.fileTypes],
    [100, FEATURES.sparseSuperblocks],
    [264, now],
    [352, 2],
  ];
  for (const [at, value] of words) view.setUint32(at, value, true);
  const large = layout.inodeSize > 128 ? 28 : 0;
  const mounts = DEFAULT_MOUNT_COUNT + ((uuid.at(-1) ?? 0) % DEFAULT_MOUNT_COUNT);
  const halves: readonly (readonly [at: number, value: number])[] = [
    [54, mounts],
    [56, MAGIC],
    [58, 1],
    [60, 1],
    [88, layout.inodeSize],
    [348, large],
    [350, large],
  ];
  for (const [at, value] of halves) view.setUint16(at, value, true);
  bytes.set(uuid, 104);
  bytes.set(encode(label).subarray(0, MOST_OF_LABEL), 120);
  bytes.set(seed, 236);
  bytes[252] = 1;
  return bytes;
}

function* writeDirectories(fd: number, layout: Ext2Layout, table: number, now: number): Routine<void> {
  const { blockSize, inodeSize, inodeTableBlocks, lostAndFoundBlocks } = layout;
  const data = table + inodeTableBlocks;
  const inode = function* (number: number, links: number, blocks: readonly number[]): Routine<void> {
    const bytes = new Uint8Array(inodeSize);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, DIRECTORY_MODE, true);
    view.setUint32(4, blocks.length * blockSize, true);
    for (const at of [8, 12, 16]) view.setUint32(at, now, true);
    view.setUint16(26, links, true);
    view.setUint32(28, (blocks.length * blockSize) / SECTOR, true);
    for (const [index, block] of blocks.entries()) view.setUint32(40 + 4 * index, block, true);
    yield* pwrite(fd, bytes, table * blockSize + (number - 1) * inodeSize);
  };
  const lost = Array.from({ length: lostAndFoundBlocks }, (_, index) => data + 1 + index);
  yield* inode(ROOT_INODE, 3, [data]);
  yield* inode(FIRST_INODE, 2, lost);
  const dots = (own: number): readonly (readonly [number, string])[] => [
    [own, "."],
    [ROOT_INODE, ".."],
  ];
  yield* pwrite(fd, directoryBlock(blockSize, [...dots(ROOT_INODE), [FIRST_INODE, "lost+found"]]), data * blockSize);
  for (const [index, block] of lost.entries()) {
    yield* pwrite(fd, directoryBlock(blockSize, index === 0 ? dots(FIRST_INODE) : [[0, ""]]), block * blockSize);
  }
}

/** Entries, of which the last one takes the rest of the block. */
function directoryBlock(blockSize: number, entries: readonly (readonly [inode: number, name: string])[]): Uint8Array {
  const bytes = new Uint8Array(blockSize);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [index, [inode, name]] of entries.entries()) {
    const isLast = index === entries.length - 1;
    const length = isLast ? blockSize - at : 8 + Math.ceil(name.length / 4) * 4;
    view.setUint32(at, inode, true);
    view.setUint16(at + 4, length, true);
    bytes[at + 6] = name.length;
    bytes[at + 7] = inode === 0 ? 0 : DIRECTORY_TYPE;
    bytes.set(encode(name), at + 8);
    at += length;
  }
  return bytes;
}
