/** Modes of files as Go's package os has them: permission bits as everywhere, types in the upper bits. @see os.FileMode */

export type GoFileType = "file" | "dir" | "symlink" | "fifo" | "other";

const DIRECTORY = 2 ** 31;
const SYMLINK = 2 ** 27;
const FIFO = 2 ** 25;
const NOT_REGULAR = [2 ** 26, 2 ** 24, 2 ** 21, 2 ** 19];
/** Set-user-id, set-group-id and sticky, and their places in stat(2). */
const SPECIAL = [
  [2 ** 23, 0o4000],
  [2 ** 22, 0o2000],
  [2 ** 20, 0o1000],
] as const;

const has = (mode: number, bit: number): boolean => Math.floor(mode / bit) % 2 === 1;

export function goFileType(mode: number): GoFileType {
  if (has(mode, DIRECTORY)) return "dir";
  if (has(mode, SYMLINK)) return "symlink";
  if (has(mode, FIFO)) return "fifo";
  return NOT_REGULAR.some((bit) => has(mode, bit)) ? "other" : "file";
}

/** Permission bits as stat(2) has them. */
export function permissionsOf(mode: number): number {
  return SPECIAL.reduce((bits, [go, unix]) => (has(mode, go) ? bits | unix : bits), mode & 0o777);
}

/** The other way. */
export function goFileMode(type: Exclude<GoFileType, "other">, permissions: number): number {
  const typeBits = { file: 0, dir: DIRECTORY, symlink: SYMLINK, fifo: FIFO }[type];
  return SPECIAL.reduce(
    (bits, [go, unix]) => ((permissions & unix) === 0 ? bits : bits + go),
    typeBits + (permissions & 0o777),
  );
}
