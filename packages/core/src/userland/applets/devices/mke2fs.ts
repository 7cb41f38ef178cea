/** mke2fs: make an ext2 file system. @see mke2fs(8), Documentation/filesystems/ext2.rst */
import { clock_gettime, fstat, O_WRONLY, type Routine } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, type Options } from "../../getopt.ts";
import type { Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { type Ext2Layout, hasSuperblock, layOut } from "./ext2-layout.ts";
import { writeExt2 } from "./ext2-writer.ts";
import { volumeSize } from "./volume-size.ts";

const KB = 1024;
const SECOND = 1_000_000;
const LETTERS = "cl:b:+f:i:+I:+J:G:N:m:+o:g:L:M:O:r:E:T:U:jnqvFS";

export const mke2fs: Applet = function* (io) {
  const options = yield* getopt(io, LETTERS);
  const [path = "(null)", size] = options.operands;
  // Without a device the real one hands NULL to open(2).
  if (options.operands.length === 0) return yield* io.die("can't open '(null)': Bad address");
  const fd = yield* openOrDie(io, path, O_WRONLY);
  if ((yield* fstat(fd)).type !== "block" && !options.has("F")) return yield* io.die(`${path}: not a block device`);
  const isRehearsal = options.has("n");
  const bytes = yield* volumeSize(io, fd, size, { extends: !isRehearsal });
  const layout = yield* readLayout(io, options, Math.floor(bytes / KB));
  const label = options.value("L") ?? "";
  yield* io.out.write(describe(layout, label));
  if (isRehearsal) return 0;
  yield* writeExt2(fd, layout, label, Math.floor((yield* clock_gettime()) / SECOND));
  return 0;
};

/** Sizes that were asked for, or those that fit. */
function* readLayout(io: Io, options: Options, kilobytes: number): Routine<Ext2Layout> {
  const isLarge = kilobytes >= 512 * KB;
  const blockSize = options.number("b") ?? (isLarge ? 4096 : KB);
  const usualInodeBytes = isLarge ? 16_384 : kilobytes < 3 * KB ? 8192 : 4096;
  const bytesPerInode = options.number("i") ?? usualInodeBytes;
  const usualInodeSize = isLarge ? 256 : 128;
  let inodeSize = options.number("I") ?? usualInodeSize;
  const reservedPercent = options.number("m") ?? 5;
  const isPower = (value: number): boolean => value > 0 && (value & (value - 1)) === 0;
  if (blockSize < KB || blockSize > 65_536 || !isPower(blockSize))
    return yield* io.die(`blocksize ${blockSize} is bad`);
  if (inodeSize < 128 || inodeSize > blockSize || !isPower(inodeSize)) {
    yield* io.warn("-I is bad");
    inodeSize = usualInodeSize;
  }
  if (bytesPerInode < blockSize) return yield* io.die("-i is bad");
  const blocks = Math.floor(kilobytes / (blockSize / KB));
  if (blocks < 60) return yield* io.die("need >= 60 blocks");
  if (reservedPercent > 50) return yield* io.die("-m is bad");
  return layOut({ blocks, blockSize, inodeSize, bytesPerInode, reservedPercent });
}

function describe(layout: Ext2Layout, label: string): string {
  const { blockSize, blocks, unusedBlocks, reserved, reservedPercent, firstBlock, groups } = layout;
  const unused = unusedBlocks > 0 ? `warning: ${unusedBlocks} blocks unused\n\n` : "";
  const most = layout.descriptorBlocks * (blockSize / 32) * layout.blocksPerGroup;
  const log = 31 - Math.clz32(blockSize) - 10;
  const backups: number[] = [];
  for (let group = 1; group < groups; group++) {
    if (hasSuperblock(group)) backups.push(firstBlock + group * layout.blocksPerGroup);
  }
  const copies = backups.length > 0 ? `\nSuperblock backups stored on blocks:\n\t${backups.join(", ")}` : "";
  return `${unused}Filesystem label=${label}
OS type: Linux
Block size=${blockSize} (log=${log})
Fragment size=${blockSize} (log=${log})
${layout.inodesPerGroup * groups} inodes, ${blocks} blocks
${reserved} blocks (${reservedPercent}%) reserved for the super user
First data block=${firstBlock}
Maximum filesystem blocks=${most}
${groups} block groups
${layout.blocksPerGroup} blocks per group, ${layout.blocksPerGroup} fragments per group
${layout.inodesPerGroup} inodes per group${copies}
`;
}
