/** Where the parts of an ext2 file system lie. @see Documentation/filesystems/ext2.rst, busybox: util-linux/mkfs_ext2.c */
export interface Ext2Wishes {
  readonly blocks: number;
  readonly blockSize: number;
  readonly inodeSize: number;
  readonly bytesPerInode: number;
  readonly reservedPercent: number;
}

export interface Ext2Layout extends Ext2Wishes {
  /** Blocks at the end that would make too small a group. */
  readonly unusedBlocks: number;
  /** Blocks that are root's. */
  readonly reserved: number;
  /** The block with the superblock: behind the boot block, if blocks are as small as that. */
  readonly firstBlock: number;
  readonly groups: number;
  readonly blocksPerGroup: number;
  readonly inodesPerGroup: number;
  /** Of descriptors of groups. */
  readonly descriptorBlocks: number;
  readonly inodeTableBlocks: number;
  readonly lostAndFoundBlocks: number;
}

/** The first inode that is not reserved: lost+found. */
export const FIRST_INODE = 11;
export const DESCRIPTOR_BYTES = 32;
const LEAST_BLOCK = 1024;
const DIRECT_BLOCKS = 12;
/** A group needs so many blocks beyond what describes it. */
const LEAST_IN_GROUP = 50;

const shares = (all: number, each: number): number => Math.ceil(all / each);

/** Copies of the superblock are in groups 0 and 1, and in powers of 3, 5 and 7. */
export function hasSuperblock(group: number): boolean {
  if (group <= 1) return true;
  return [3, 5, 7].some((base) => {
    let power = base;
    while (power < group) power *= base;
    return power === group;
  });
}

export function layOut(wishes: Ext2Wishes): Ext2Layout {
  const { blockSize, inodeSize, bytesPerInode, reservedPercent } = wishes;
  const blocksPerGroup = 8 * blockSize;
  const firstBlock = blockSize === LEAST_BLOCK ? 1 : 0;
  const perDescriptorBlock = blockSize / DESCRIPTOR_BYTES;
  const reserved = Math.floor((wishes.blocks * reservedPercent) / 100);
  const wantedInodes = Math.max(FIRST_INODE + 1, Math.floor((wishes.blocks * blockSize) / bytesPerInode));
  const lostAndFoundBlocks = Math.min(DIRECT_BLOCKS, 16 >> (31 - Math.clz32(blockSize) - 10));
  for (let blocks = wishes.blocks; ; ) {
    const groups = shares(blocks - firstBlock, blocksPerGroup);
    const descriptorBlocks = shares(groups, perDescriptorBlock);
    let inodesPerGroup = Math.min(Math.max(16, shares(wantedInodes, groups)), blocksPerGroup);
    inodesPerGroup = (shares(inodesPerGroup * inodeSize, blockSize) * blockSize) / inodeSize;
    inodesPerGroup -= inodesPerGroup % 8;
    const inodeTableBlocks = shares(inodesPerGroup * inodeSize, blockSize);
    const overhead = (hasSuperblock(groups - 1) ? 1 + descriptorBlocks : 0) + 2 + inodeTableBlocks;
    const remainder = (blocks - firstBlock) % blocksPerGroup;
    if (remainder > 0 && remainder < overhead + LEAST_IN_GROUP && groups > 1) {
      blocks -= remainder;
      continue;
    }
    return {
      ...wishes,
      blocks,
      unusedBlocks: wishes.blocks - blocks,
      reserved,
      firstBlock,
      groups,
      blocksPerGroup,
      inodesPerGroup,
      descriptorBlocks,
      inodeTableBlocks,
      lostAndFoundBlocks,
    };
  }
}
