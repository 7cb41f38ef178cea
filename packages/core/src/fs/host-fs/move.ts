/** Renaming on a disk, replacing what has the name already. */
import type { HostDisk } from "./host-disk.ts";

export interface Move {
  readonly from: string;
  readonly to: string;
  readonly isDirectory: boolean;
  /** What is at `to`: a directory, then an empty one, or anything else. */
  readonly replaces: "dir" | "other" | undefined;
}

/**
 * Moves one name of the disk.
 *
 * @param inOneStep the disk's rename(2) is Linux's, so nobody ever sees the name missing. One in memory is not so exact:
 * memfs follows a link that is renamed and miscounts what is replaced, so there it is done by steps that it gets right.
 */
export function move(disk: HostDisk, { from, to, isDirectory, replaces }: Move, inOneStep: boolean): void {
  if (inOneStep) {
    disk.renameSync(from, to);
    return;
  }
  if (replaces === "dir") disk.rmdirSync(to);
  else if (replaces === "other") disk.unlinkSync(to);
  if (isDirectory) disk.renameSync(from, to);
  else {
    disk.linkSync(from, to);
    disk.unlinkSync(from);
  }
}
