/**
 * What the header blocks of an archive have in common. Of files that lie together most differ in their names and sizes
 * only: the rest of a block is that of the one before.
 */
import { BLOCK_SIZE, BlockWriter, FIELDS } from "./tar-block.ts";
import { type TarHeader, type TarType, TYPE_FLAGS } from "./tar-header.ts";

export class HeaderPattern {
  readonly #block = new Uint8Array(BLOCK_SIZE);
  #sum = 0;
  #like: TarHeader | undefined;
  #seconds = 0;

  /** Fills a zero block but for its names, its size and its checksum, which are left to who gets the writer. */
  begin(block: Uint8Array, header: TarHeader, seconds: number): BlockWriter {
    if (this.#like === undefined || seconds !== this.#seconds || !isAlike(this.#like, header)) {
      this.#sum = fill(this.#block.fill(0), header, seconds);
      this.#like = header;
      this.#seconds = seconds;
    }
    block.set(this.#block);
    return new BlockWriter(block, this.#sum);
  }
}

function isAlike(a: TarHeader, b: TarHeader): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.userName === b.userName &&
    a.groupName === b.groupName &&
    a.major === b.major &&
    a.minor === b.minor
  );
}

/** Returns the sum of what it has written. */
function fill(block: Uint8Array, header: TarHeader, seconds: number): number {
  const writer = new BlockWriter(block);
  writer.text(FIELDS.type, TYPE_FLAGS[header.type as Exclude<TarType, "other">]);
  writer.octal(FIELDS.mode, header.mode);
  writer.octal(FIELDS.uid, header.uid);
  writer.octal(FIELDS.gid, header.gid);
  writer.octal(FIELDS.mtime, seconds);
  writer.magic();
  writer.text(FIELDS.userName, header.userName);
  writer.text(FIELDS.groupName, header.groupName);
  writer.octal(FIELDS.major, header.major);
  writer.octal(FIELDS.minor, header.minor);
  return writer.sum;
}
