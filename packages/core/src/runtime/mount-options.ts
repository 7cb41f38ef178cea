/**
 * Mount options in words: what `runc` and `mount -o` understand.
 *
 * @see mount(8) "FILESYSTEM-INDEPENDENT MOUNT OPTIONS", runtime-spec config.md "Mounts"
 */
import {
  MS_BIND,
  MS_DIRSYNC,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_NOATIME,
  MS_NODEV,
  MS_NODIRATIME,
  MS_NOEXEC,
  MS_NOSUID,
  MS_NOSYMFOLLOW,
  MS_PRIVATE,
  MS_RDONLY,
  MS_REC,
  MS_RELATIME,
  MS_SHARED,
  MS_SLAVE,
  MS_STRICTATIME,
  MS_SYNCHRONOUS,
  MS_UNBINDABLE,
} from "../abi/index.ts";
import { ownValue } from "../lib/index.ts";

/** Mount options as mount(2) takes them. */
export interface ParsedOptions {
  /** MS_* flags of the mount. */
  readonly flags: number;
  /** MS_* propagation flags, each to be set by a call of its own. */
  readonly propagation: readonly number[];
  /** What is left for the file system. */
  readonly data: readonly string[];
}

/** @see runc libcontainer/specconv/spec_linux.go */
const FLAGS: Readonly<Record<string, { readonly set?: number; readonly clear?: number }>> = {
  bind: { set: MS_BIND },
  rbind: { set: MS_BIND | MS_REC },
  ro: { set: MS_RDONLY },
  // Unlike runc's, of the mount itself only.
  rro: { set: MS_RDONLY },
  rw: { clear: MS_RDONLY },
  nosuid: { set: MS_NOSUID },
  suid: { clear: MS_NOSUID },
  nodev: { set: MS_NODEV },
  dev: { clear: MS_NODEV },
  noexec: { set: MS_NOEXEC },
  exec: { clear: MS_NOEXEC },
  noatime: { set: MS_NOATIME },
  atime: { clear: MS_NOATIME },
  nodiratime: { set: MS_NODIRATIME },
  diratime: { clear: MS_NODIRATIME },
  relatime: { set: MS_RELATIME },
  norelatime: { clear: MS_RELATIME },
  strictatime: { set: MS_STRICTATIME },
  nostrictatime: { clear: MS_STRICTATIME },
  sync: { set: MS_SYNCHRONOUS },
  async: { clear: MS_SYNCHRONOUS },
  dirsync: { set: MS_DIRSYNC },
  mand: { set: MS_MANDLOCK },
  nomand: { clear: MS_MANDLOCK },
  lazytime: { set: MS_LAZYTIME },
  nolazytime: { clear: MS_LAZYTIME },
  nosymfollow: { set: MS_NOSYMFOLLOW },
  symfollow: { clear: MS_NOSYMFOLLOW },
  // The kernel's log and the counts of changes of inodes are nothing that shows.
  silent: {},
  loud: {},
  iversion: {},
  noiversion: {},
  defaults: {},
};

const PROPAGATION: Readonly<Record<string, number>> = {
  private: MS_PRIVATE,
  rprivate: MS_PRIVATE | MS_REC,
  slave: MS_SLAVE,
  rslave: MS_SLAVE | MS_REC,
  shared: MS_SHARED,
  rshared: MS_SHARED | MS_REC,
  unbindable: MS_UNBINDABLE,
  runbindable: MS_UNBINDABLE | MS_REC,
};

/** Reads words such as `ro`, `nosuid`, `rbind`, `size=64m`. What is no flag goes to the file system as it is. */
export function parseMountOptions(options: readonly string[]): ParsedOptions {
  let flags = 0;
  const propagation: number[] = [];
  const data: string[] = [];
  for (const option of options) {
    if (option.includes("=")) {
      data.push(option);
      continue;
    }
    const flag = ownValue(FLAGS, option);
    const type = ownValue(PROPAGATION, option);
    if (flag !== undefined) flags = (flags | (flag.set ?? 0)) & ~(flag.clear ?? 0);
    else if (type !== undefined) propagation.push(type);
    else data.push(option);
  }
  return { flags, propagation, data };
}
