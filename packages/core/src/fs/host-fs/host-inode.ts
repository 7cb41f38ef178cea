/**
 * `HostInode`: what all files of a `HostFs` have in common.
 *
 * An inode stands for one file of the disk and remembers the names by which it was found. Before each use it looks
 * whether a name still leads to that file, for others change the disk too.
 */
import { type FileType, PAGE_SIZE, type Stat, typeBits } from "../../abi/index.ts";
import { type AttributeChange, Inode } from "../../vfs/index.ts";
import { defaultMode, type HostAttributes } from "./attributes.ts";
import type { HostDirectory } from "./host-directory.ts";
import { fileId, type HostStat, joined } from "./host-disk.ts";
import type { HostFs } from "./host-fs.ts";
import type { SideEntry } from "./side-table.ts";

/** Where on the disk a file is now. */
export interface DiskPlace {
  readonly path: string;
  readonly stat: HostStat;
}

interface Name {
  readonly directory: HostDirectory;
  readonly name: string;
}

export abstract class HostInode extends Inode {
  override readonly fs: HostFs;
  override readonly ino: number;
  abstract override readonly type: FileType;
  protected readonly attributes: HostAttributes;
  #names: readonly Name[] = [];
  #last: HostStat;
  #fileId: string;

  constructor(fs: HostFs, stat: HostStat, attributes: HostAttributes) {
    super();
    this.fs = fs;
    this.ino = fs.takeIno();
    this.attributes = attributes;
    this.#last = stat;
    this.#fileId = fileId(stat);
  }

  /** Which file of the disk this is. */
  get fileId(): string {
    return this.#fileId;
  }

  override get mode(): number {
    return this.attributes.mode ?? defaultMode(this.type, this.#last.mode);
  }

  override get uid(): number {
    return this.attributes.uid;
  }

  override get gid(): number {
    return this.attributes.gid;
  }

  override get rdev(): number {
    return 0;
  }

  // ── the disk ──

  /** A path of the disk that leads here now, through real directories only; `undefined` if there is none. */
  locate(): DiskPlace | undefined {
    for (const { directory, name } of this.#names) {
      const above = directory.locate();
      if (above === undefined) continue;
      const path = joined(above.path, name);
      const stat = this.fs.lstat(path);
      if (stat !== undefined && fileId(stat) === this.#fileId) return { path, stat };
    }
    return undefined;
  }

  /** The disk says this of the file. If that is news, somebody else has changed it: it counts as changed now. */
  notice(stat: HostStat): void {
    const isNews = stat.mtimeMs !== this.#last.mtimeMs || (this.type === "file" && stat.size !== this.#last.size);
    this.#last = stat;
    if (isNews) this.changedByOthers();
  }

  /** The disk says this of the file after it was changed from here. */
  settle(stat: HostStat): void {
    this.#last = stat;
    this.#fileId = fileId(stat);
  }

  /** Others have put it where another file was. */
  appeared(): void {
    this.attributes.modify(this.fs.machine.nowUs);
  }

  protected changedByOthers(): void {
    this.attributes.modify(this.fs.machine.nowUs);
  }

  get hasNames(): boolean {
    return this.#names.length > 0;
  }

  named(directory: HostDirectory, name: string): void {
    this.unnamed(directory, name);
    this.#names = [...this.#names, { directory, name }];
  }

  unnamed(directory: HostDirectory, name: string): void {
    this.#names = this.#names.filter((known) => known.directory !== directory || known.name !== name);
  }

  // ── attributes ──

  /** What the disk says now, `undefined` if the file is gone. */
  protected current(): HostStat | undefined {
    const stat = this.locate()?.stat;
    if (stat !== undefined) this.notice(stat);
    return stat;
  }

  protected nlink(stat: HostStat): number {
    return stat.nlink;
  }

  protected size(_stat: HostStat): number {
    return 0;
  }

  /** Units of 512 bytes, as st_blocks. */
  protected blocks(_stat: HostStat): number {
    return 0;
  }

  override stat(): Stat {
    const now = this.current();
    const stat = now ?? this.#last;
    const { uid, gid, atimeUs, mtimeUs, ctimeUs } = this.attributes;
    return {
      dev: this.fs.dev,
      ino: this.ino,
      type: this.type,
      mode: typeBits(this.type) | this.mode,
      nlink: now === undefined ? 0 : this.nlink(now),
      uid,
      gid,
      rdev: this.rdev,
      size: this.size(stat),
      blocks: this.blocks(stat),
      blockSize: PAGE_SIZE,
      atimeUs,
      mtimeUs,
      ctimeUs,
    };
  }

  override setattr(change: AttributeChange): void {
    this.attributes.set(change, this.fs.machine.nowUs);
  }

  override accessed(): void {
    this.attributes.access(this.fs.machine.nowUs);
  }

  /** The names of the file, or what it is, changed. */
  touched(): void {
    this.attributes.touch(this.fs.machine.nowUs);
  }

  override getxattr(name: string): Uint8Array | undefined {
    return this.attributes.xattrs.get(name)?.slice();
  }

  override setxattr(name: string, value: Uint8Array): void {
    this.attributes.xattrs.set(name, value.slice());
    this.touched();
  }

  override removexattr(name: string): void {
    this.attributes.xattrs.delete(name);
    this.touched();
  }

  override listxattr(): readonly string[] {
    return [...this.attributes.xattrs.keys()];
  }

  /** For the side table; `undefined` if the file has nothing that the disk does not know. */
  entry(path: string): SideEntry | undefined {
    if (!this.attributes.isRecorded) return undefined;
    return { path, id: this.#fileId, type: this.type, ...this.attributes.toEntry() };
  }
}
