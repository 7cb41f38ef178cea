/**
 * How large a directory of a disk is: ext4 keeps names in blocks, and from the second block on in a tree of hashes.
 *
 * Unlike there, where it depends on the hashes of the names which block is full first, blocks of a large directory are as
 * full as they are on average; and a directory shrinks again.
 *
 * @see Documentation/filesystems/ext4/directory.rst
 */
import { PAGE_SIZE } from "../abi/index.ts";
import { byteLength } from "../lib/index.ts";

/** A block without the checksum at its end. */
const BLOCK_BYTES = PAGE_SIZE - 12;
/** A record without its name; a record begins where a word does. */
const RECORD_BYTES = 8;
/** The records of `.` and `..`. */
const OWN_BYTES = 24;
/** Two blocks that share all names evenly are not full before that. */
const TWO_BLOCKS_BYTES = 7900;
/** How full blocks are that are halved whenever they are full. */
const FILL = Math.LN2;

export function directorySize(names: Iterable<string>): number {
  let bytes = 0;
  for (const name of names) bytes += (RECORD_BYTES + byteLength(name) + 3) & ~3;
  if (bytes + OWN_BYTES <= BLOCK_BYTES) return PAGE_SIZE;
  const leaves = bytes <= TWO_BLOCKS_BYTES ? 2 : Math.ceil(bytes / (BLOCK_BYTES * FILL));
  return (leaves + 1) * PAGE_SIZE;
}
