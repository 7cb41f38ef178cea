/**
 * `HostDisk`: the part of Node's `fs` that a `HostFs` needs. memfs's `Volume` has it, and so has `node:fs`.
 *
 * Every path is absolute and free of symbolic links: the simulated kernel has resolved them in its own world.
 */

/** What lstat tells of a file. Its clock and owners are left out on purpose: programs never see them. */
export interface HostStat {
  readonly dev: number;
  readonly ino: number;
  /** S_IFMT bits, and the permission bits, of which only "somebody may execute it" is believed. */
  readonly mode: number;
  readonly nlink: number;
  readonly size: number;
  readonly rdev: number;
  /** Compared, never shown: files whose number was used before are told apart by it. */
  readonly birthtimeMs: number;
  /** Compared, never shown: it tells that somebody else changed the file. */
  readonly mtimeMs: number;
}

export interface HostDisk {
  realpathSync(path: string): unknown;
  lstatSync(path: string, options: { readonly throwIfNoEntry: false }): HostStat | undefined;
  fstatSync(fd: number): HostStat;
  /** Entries with a `name` and an `isDirectory()`. */
  readdirSync(path: string, options: { readonly withFileTypes: true }): readonly unknown[];
  readlinkSync(path: string): unknown;
  openSync(path: string, flags: "r" | "r+" | "wx+"): number;
  closeSync(fd: number): void;
  readSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(fd: number, buffer: Uint8Array, offset: number, length: number, position: number): number;
  ftruncateSync(fd: number, length: number): void;
  mkdirSync(path: string): unknown;
  rmdirSync(path: string): void;
  unlinkSync(path: string): void;
  renameSync(from: string, to: string): void;
  linkSync(from: string, to: string): void;
  symlinkSync(target: string, path: string): void;
}

/** An entry of a directory of the disk. */
export interface HostEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** The entries of a directory; what is not named by a text is left out. */
export function entriesOf(disk: HostDisk, path: string): readonly HostEntry[] {
  return disk.readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    if (typeof entry !== "object" || entry === null || !("name" in entry) || typeof entry.name !== "string") return [];
    const isDirectory =
      "isDirectory" in entry && typeof entry.isDirectory === "function" && entry.isDirectory() === true;
    return [{ name: entry.name, isDirectory }];
  });
}

/**
 * What tells one file of the disk from another for as long as both could be confused: its number and its birth, for
 * numbers are used again, and its type.
 */
export function fileId({ ino, birthtimeMs, mode }: HostStat): string {
  return `${ino}.${birthtimeMs}.${(mode >> 12) & 0xf}`;
}

/**
 * Can the disk hold this name, or this target of a link? Names are bytes on Linux and texts in Node: what is not UTF-8
 * (a lone surrogate, see lib/text.ts) would come back as another name.
 */
export function isStorable(text: string): boolean {
  return !/\p{Surrogate}|\0/u.test(text);
}

export const joined = (directory: string, name: string): string =>
  directory === "/" ? `/${name}` : `${directory}/${name}`;
