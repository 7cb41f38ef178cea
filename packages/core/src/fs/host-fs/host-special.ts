/**
 * A FIFO, device or socket of a `HostFs`. An empty file of the disk holds its place and its name; one that the disk
 * really has is never opened there: the simulated kernel has devices and pipes of its own.
 */
import type { FileType } from "../../abi/index.ts";
import type { FileOps } from "../../vfs/index.ts";
import { Pipe } from "../pipe.ts";
import type { HostAttributes } from "./attributes.ts";
import type { HostStat } from "./host-disk.ts";
import type { HostFs } from "./host-fs.ts";
import { HostInode } from "./host-inode.ts";
import type { SideEntry } from "./side-table.ts";

export class HostSpecial extends HostInode {
  override readonly type: FileType;
  readonly #rdev: number;
  #pipe: Pipe | undefined;

  constructor(fs: HostFs, stat: HostStat, attributes: HostAttributes, type: FileType, rdev: number) {
    super(fs, stat, attributes);
    this.type = type;
    this.#rdev = rdev;
  }

  override get rdev(): number {
    return this.#rdev;
  }

  override open(flags: number): FileOps {
    if (this.type !== "fifo") return this.fs.machine.openDevice(this, flags);
    this.#pipe ??= new Pipe(`fifo:[${this.ino}]`);
    return this.#pipe.open(flags);
  }

  override entry(path: string): SideEntry | undefined {
    const entry = super.entry(path);
    return entry === undefined || this.#rdev === 0 ? entry : { ...entry, rdev: this.#rdev };
  }
}
