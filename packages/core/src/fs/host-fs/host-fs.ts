/**
 * `HostFs`: a directory of the host, as a file system of the simulated machine.
 *
 * Names, contents, directories, links: those are the disk's, and what others do to them shows at once. Times, owners,
 * modes, devices, FIFOs and extended attributes are kept beside it, in a side table: what the disk's own clock and
 * users say would differ from run to run. A file that was there before is dated `timeUs`, belongs to root, and is 0755
 * if it is a directory or executable and 0644 if not.
 *
 * Nothing outside the base directory can be reached: the disk is handed paths without symbolic links only, checked name
 * by name before each use. Another *process* of a real host that swaps a directory for a link in that very moment is
 * not detected for directories; an opened file is compared with the one that was looked up.
 *
 * Unlike Linux's file systems it needs names to be UTF-8, and it forgets owner and mode of a file that others rename.
 * Birth times have to be real where the disk gives them at all: Linux 4.11, macOS.
 *
 * @see fs/hostfs of User Mode Linux
 */
import { Errno, fileType, type StatFs } from "../../abi/index.ts";
import { FileSystem, type FsMachine, simpleStatfs } from "../../vfs/index.ts";
import { HostAttributes } from "./attributes.ts";
import { onDisk } from "./disk-error.ts";
import { HostDirectory } from "./host-directory.ts";
import { fileId, type HostDisk, type HostStat, joined } from "./host-disk.ts";
import type { DiskPlace, HostInode } from "./host-inode.ts";
import { SideNode, type SideTable } from "./side-table.ts";

export interface HostFsOptions {
  /** The directory of the disk that is shown. Default "/". */
  readonly base?: string;
  /** Times of files that the disk had already, microseconds since 1970. Default: the machine's time now. */
  readonly timeUs?: number;
  /** First field of /proc/mounts. Default "hostfs". */
  readonly source?: string;
  /** What `toJSON` returned the last time. */
  readonly sideTable?: SideTable;
}

const HOSTFS_MAGIC = 0x00c0ffee;

export class HostFs extends FileSystem {
  override readonly type = "hostfs";
  override readonly source: string;
  override readonly dev: number;
  override readonly root: HostRoot;
  override isShared = true;
  readonly machine: FsMachine;
  readonly disk: HostDisk;
  readonly timeUs: number;
  /** The side table comes from this very disk, so that numbers of files can be compared. */
  readonly knowsIds: boolean;
  /** A disk with a device number is a real one, see `move`. */
  readonly renamesInOneStep: boolean;
  /** Files that may be found again under another name. */
  readonly #byId = new Map<string, HostInode>();
  #lastIno = 0;
  #passing = 0;

  /** @throws ENOENT, ENOTDIR if the base is no directory of the disk. */
  constructor(machine: FsMachine, disk: HostDisk, options: HostFsOptions = {}) {
    super();
    this.machine = machine;
    this.disk = disk;
    this.source = options.source ?? "hostfs";
    this.timeUs = options.timeUs ?? machine.nowUs;
    this.dev = machine.nextDev();
    const base = String(onDisk(() => disk.realpathSync(options.base ?? "/")));
    const stat = this.lstat(base);
    if (stat === undefined) throw new Errno("ENOENT");
    if (fileType(stat.mode) !== "dir") throw new Errno("ENOTDIR");
    this.knowsIds = options.sideTable?.disk === fileId(stat);
    this.renamesInOneStep = stat.dev !== 0;
    const node = options.sideTable === undefined ? new SideNode() : SideNode.of(options.sideTable);
    const attributes = node.entry === undefined ? new HostAttributes(this.timeUs) : HostAttributes.of(node.entry);
    this.root = new HostRoot(this, stat, attributes, node, base);
  }

  /** The side table: what is known of the files beyond the disk. Names that are gone are left out. */
  toJSON(): SideTable {
    return { disk: this.root.fileId, files: [...this.root.entries("")] };
  }

  override statfs(): StatFs {
    return simpleStatfs(HOSTFS_MAGIC);
  }

  // ── for the inodes ──

  takeIno(): number {
    return ++this.#lastIno;
  }

  /** What the disk has at a path; `undefined` if nothing. */
  lstat(path: string): HostStat | undefined {
    try {
      return onDisk(() => this.disk.lstatSync(path, { throwIfNoEntry: false }));
    } catch (error) {
      if (error instanceof Errno && (error.code === "ENOENT" || error.code === "ENOTDIR")) return undefined;
      throw error;
    }
  }

  /** A path in `directory` that nothing has. */
  passingPath(directory: string): string {
    for (;;) {
      const path = joined(directory, `.bottleship-${++this.#passing}`);
      if (this.lstat(path) === undefined) return path;
    }
  }

  /** The inode of a file that has another name too, if that name was looked up before and still leads to it. */
  linked(stat: HostStat): HostInode | undefined {
    if (stat.nlink < 2) return undefined;
    const known = this.#byId.get(fileId(stat));
    return known?.locate() === undefined ? undefined : known;
  }

  remember(inode: HostInode): void {
    this.#byId.set(inode.fileId, inode);
  }

  forget(inode: HostInode): void {
    if (this.#byId.get(inode.fileId) === inode) this.#byId.delete(inode.fileId);
  }
}

/** The base directory: it has no name in another. */
class HostRoot extends HostDirectory {
  readonly #base: string;

  constructor(fs: HostFs, stat: HostStat, attributes: HostAttributes, node: SideNode, base: string) {
    super(fs, stat, attributes, node);
    this.#base = base;
  }

  /** Whatever directory has the base's path now: others may have made it anew. */
  override locate(): DiskPlace | undefined {
    const stat = this.fs.lstat(this.#base);
    if (stat === undefined || fileType(stat.mode) !== "dir") return undefined;
    if (fileId(stat) !== this.fileId) this.settle(stat);
    return { path: this.#base, stat };
  }
}
