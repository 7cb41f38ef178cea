/** A regular file of a `HostFs`. */
import { O_ACCMODE, O_RDONLY, PAGE_SIZE } from "../../abi/index.ts";
import { type AttributeChange, FileOps } from "../../vfs/index.ts";
import type { HostAttributes } from "./attributes.ts";
import { DiskFile } from "./disk-file.ts";
import { Holes } from "./holes.ts";
import type { HostStat } from "./host-disk.ts";
import type { HostFs } from "./host-fs.ts";
import { HostInode } from "./host-inode.ts";
import type { SideEntry } from "./side-table.ts";

export class HostFile extends HostInode {
  override readonly type = "file";
  readonly content: DiskFile;
  readonly #holes: Holes;

  constructor(fs: HostFs, stat: HostStat, attributes: HostAttributes, entry?: SideEntry) {
    super(fs, stat, attributes);
    this.content = new DiskFile(fs.disk);
    this.#holes = new Holes(entry?.holes);
  }

  /** An open file is asked through its descriptor, for its name may be gone or lead elsewhere. */
  protected override current(): HostStat | undefined {
    if (!this.content.isOpen) return super.current();
    const stat = this.content.stat();
    this.notice(stat);
    return stat;
  }

  protected override changedByOthers(): void {
    super.changedByOthers();
    this.#holes.clear();
  }

  protected override size(stat: HostStat): number {
    return stat.size;
  }

  protected override blocks(stat: HostStat): number {
    return (Math.ceil(stat.size / PAGE_SIZE) - this.#holes.pages) * (PAGE_SIZE / 512);
  }

  override setattr(change: AttributeChange): void {
    if (change.size !== undefined) this.#truncate(change.size);
    super.setattr(change);
  }

  override open(flags: number): FileOps {
    this.acquire((flags & O_ACCMODE) !== O_RDONLY);
    return new HostFileOps(this);
  }

  /** Opens the contents; `content.close` lets them go. */
  acquire(writes: boolean): void {
    this.content.open(this.locate()?.path, this.fileId, writes);
  }

  write(data: Uint8Array, offset: number): number {
    if (data.length === 0) return 0;
    const before = this.content.stat();
    this.notice(before);
    const written = this.content.write(data, offset);
    this.#holes.skip(before.size, offset);
    this.#holes.fill(offset, offset + written);
    this.#modified();
    return written;
  }

  /** The file had no name; now it is the one at `path` of the disk. */
  materialise(path: string): void {
    this.settle(this.content.moveTo(path));
  }

  #truncate(length: number): void {
    this.acquire(true);
    try {
      const before = this.content.stat();
      this.notice(before);
      this.content.truncate(length);
      if (length < before.size) this.#holes.clip(length);
      else this.#holes.skip(before.size, length);
      this.#modified();
    } finally {
      this.content.close();
    }
  }

  #modified(): void {
    this.settle(this.content.stat());
    this.attributes.modify(this.fs.machine.nowUs);
  }

  override entry(path: string): SideEntry | undefined {
    const entry = super.entry(path);
    const { ranges } = this.#holes;
    return entry === undefined || ranges.length === 0 ? entry : { ...entry, holes: ranges };
  }
}

class HostFileOps extends FileOps {
  readonly #file: HostFile;

  constructor(file: HostFile) {
    super();
    this.#file = file;
  }

  override get seekable(): boolean {
    return true;
  }

  override get end(): number {
    return this.#file.content.stat().size;
  }

  override read(count: number, offset: number): Uint8Array {
    return this.#file.content.read(count, offset);
  }

  override write(data: Uint8Array, offset: number): number {
    return this.#file.write(data, offset);
  }

  override truncate(length: number): void {
    this.#file.setattr({ size: length });
  }

  override release(): void {
    this.#file.content.close();
  }
}
