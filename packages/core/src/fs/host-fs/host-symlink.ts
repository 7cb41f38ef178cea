/** A symbolic link of a `HostFs`. The disk keeps its text and is never asked to follow it. */
import { byteLength } from "../../lib/index.ts";
import { onDisk } from "./disk-error.ts";
import { HostInode } from "./host-inode.ts";

export class HostSymlink extends HostInode {
  override readonly type = "symlink";
  #target = "";

  override readlink(): string {
    const place = this.locate();
    const target = place === undefined ? undefined : onDisk(() => this.fs.disk.readlinkSync(place.path));
    if (typeof target === "string") this.#target = target;
    return this.#target;
  }

  protected override size(): number {
    return byteLength(this.readlink());
  }
}
