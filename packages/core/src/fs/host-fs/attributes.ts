/** `HostAttributes`: what a file system keeps of a file beside the disk. */
import type { FileType } from "../../abi/index.ts";
import { fromLatin1, latin1 } from "../../lib/index.ts";
import type { AttributeChange, InodeInit } from "../../vfs/index.ts";
import type { SideEntry } from "./side-table.ts";

export class HostAttributes {
  /** Permission bits; `undefined` while nobody has set them: then the disk decides, see `defaultMode`. */
  mode: number | undefined;
  uid = 0;
  gid = 0;
  atimeUs: number;
  mtimeUs: number;
  ctimeUs: number;
  readonly xattrs = new Map<string, Uint8Array>();
  /** Something here differs from what any file of the disk has: it belongs into the side table. */
  isRecorded = false;

  /** Of a file that the disk had already. */
  constructor(timeUs: number) {
    this.atimeUs = timeUs;
    this.mtimeUs = timeUs;
    this.ctimeUs = timeUs;
  }

  /** Of a file that is made now. */
  static made(init: InodeInit, nowUs: number): HostAttributes {
    const made = new HostAttributes(nowUs);
    made.mode = init.mode;
    made.uid = init.uid;
    made.gid = init.gid;
    made.isRecorded = true;
    return made;
  }

  static of(entry: SideEntry): HostAttributes {
    const known = new HostAttributes(entry.atimeUs);
    known.mode = entry.mode;
    known.uid = entry.uid;
    known.gid = entry.gid;
    known.mtimeUs = entry.mtimeUs;
    known.ctimeUs = entry.ctimeUs;
    for (const [name, value] of entry.xattrs ?? []) known.xattrs.set(name, fromLatin1(value));
    known.isRecorded = true;
    return known;
  }

  toEntry(): Omit<SideEntry, "path" | "id" | "type"> {
    return {
      ...(this.mode === undefined ? {} : { mode: this.mode }),
      uid: this.uid,
      gid: this.gid,
      atimeUs: this.atimeUs,
      mtimeUs: this.mtimeUs,
      ctimeUs: this.ctimeUs,
      ...(this.xattrs.size === 0 ? {} : { xattrs: [...this.xattrs].map(([name, value]) => [name, latin1(value)]) }),
    };
  }

  set(change: AttributeChange, nowUs: number): void {
    if (change.mode !== undefined) this.mode = change.mode;
    if (change.uid !== undefined) this.uid = change.uid;
    if (change.gid !== undefined) this.gid = change.gid;
    if (change.atimeUs !== undefined) this.atimeUs = change.atimeUs;
    if (change.mtimeUs !== undefined) this.mtimeUs = change.mtimeUs;
    this.touch(nowUs);
  }

  /** Something about the file changed. */
  touch(nowUs: number): void {
    this.ctimeUs = nowUs;
    this.isRecorded = true;
  }

  /** Its contents changed. */
  modify(nowUs: number): void {
    this.mtimeUs = nowUs;
    this.touch(nowUs);
  }

  /** relatime: the access time moves only if it would otherwise look older than the last change, or is a day old. */
  access(nowUs: number): void {
    if (this.atimeUs > this.mtimeUs && this.atimeUs > this.ctimeUs && nowUs - this.atimeUs <= DAY_US) return;
    if (this.atimeUs === nowUs) return;
    this.atimeUs = nowUs;
    this.isRecorded = true;
  }
}

const DAY_US = 86_400 * 1_000_000;

/**
 * The mode of a file that nobody gave one here. Whether it can be executed is all that is taken from the disk: the rest
 * depends on the umask of who wrote it (git knows no more of a file either).
 */
export function defaultMode(type: FileType, diskMode: number): number {
  if (type === "dir") return 0o755;
  if (type === "symlink") return 0o777;
  return type === "file" && (diskMode & 0o111) !== 0 ? 0o755 : 0o644;
}
