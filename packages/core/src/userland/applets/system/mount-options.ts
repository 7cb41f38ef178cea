/** What `mount -o` understands: words that are flags of mount(2), and the rest, which is for the file system. */
import {
  MS_BIND,
  MS_DIRSYNC,
  MS_LAZYTIME,
  MS_MANDLOCK,
  MS_MOVE,
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
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_STRICTATIME,
  MS_SYNCHRONOUS,
  MS_UNBINDABLE,
} from "../../../abi/index.ts";

export interface MountOptions {
  readonly flags: number;
  /** Options that are no flags, separated by commas. */
  readonly data: string;
  /** fstab says that `mount -a` is to leave it alone. */
  readonly noauto: boolean;
  /** fstab says that it may be missing. */
  readonly nofail: boolean;
}

/** Flags that an option sets. */
const SETS: Readonly<Record<string, number>> = {
  nosuid: MS_NOSUID,
  nodev: MS_NODEV,
  noexec: MS_NOEXEC,
  noatime: MS_NOATIME,
  nodiratime: MS_NODIRATIME,
  relatime: MS_RELATIME,
  strictatime: MS_STRICTATIME,
  sync: MS_SYNCHRONOUS,
  dirsync: MS_DIRSYNC,
  mand: MS_MANDLOCK,
  lazytime: MS_LAZYTIME,
  nosymfollow: MS_NOSYMFOLLOW,
  rbind: MS_BIND | MS_REC,
  bind: MS_BIND,
  move: MS_MOVE,
  "make-shared": MS_SHARED,
  "make-slave": MS_SLAVE,
  "make-private": MS_PRIVATE,
  "make-unbindable": MS_UNBINDABLE,
  "make-rshared": MS_SHARED | MS_REC,
  "make-rslave": MS_SLAVE | MS_REC,
  "make-rprivate": MS_PRIVATE | MS_REC,
  "make-runbindable": MS_UNBINDABLE | MS_REC,
  ro: MS_RDONLY,
  remount: MS_REMOUNT,
};

/** Flags that an option clears. */
const CLEARS: Readonly<Record<string, number>> = {
  suid: MS_NOSUID,
  dev: MS_NODEV,
  exec: MS_NOEXEC,
  atime: MS_NOATIME,
  diratime: MS_NODIRATIME,
  norelatime: MS_RELATIME,
  nostrictatime: MS_STRICTATIME,
  async: MS_SYNCHRONOUS,
  nomand: MS_MANDLOCK,
  nolazytime: MS_LAZYTIME,
  rw: MS_RDONLY,
};

/** Understood, and without effect. */
const IGNORED: ReadonlySet<string> = new Set([..."loop defaults sw swap user users _netdev loud".split(" ")]);

export const PROPAGATION_FLAGS = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;

export function parseMountOptions(text: string): MountOptions {
  let flags = 0;
  let noauto = false;
  let nofail = false;
  const data: string[] = [];
  for (const word of text.split(",")) {
    const name = word.toLowerCase();
    if (Object.hasOwn(SETS, name)) flags |= SETS[name] ?? 0;
    else if (Object.hasOwn(CLEARS, name)) flags &= ~(CLEARS[name] ?? 0);
    else if (name === "noauto") noauto = true;
    else if (name === "nofail") nofail = true;
    else if (word !== "" && !IGNORED.has(name) && !name.startsWith("comment=")) data.push(word);
  }
  return { flags, data: data.join(","), noauto, nofail };
}

/** Adds options that are not there yet. */
export function appendOptions(old: string, more: string): string {
  if (old === "") return more;
  const words = old.split(",");
  for (const word of more.split(",")) if (word !== "" && !words.includes(word)) words.push(word);
  return words.join(",");
}
