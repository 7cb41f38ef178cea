/**
 * Who pays for the pages of a tmpfs: the cgroup of whoever first wrote them.
 *
 * A file remembers its payers. Unlike Linux it does not know which page is whose: what it gives back goes to the cgroup
 * of the caller first, if that has paid for some of it.
 */
import { PAGE_SIZE } from "../../abi/index.ts";
import { MemoryDirectory, MemoryFile } from "../../fs/index.ts";
import type { Cgroup } from "../cgroup/cgroup.ts";
import { living, uncharge } from "../cgroup/memory.ts";
import type { Process } from "../process.ts";
import { chargeShared } from "./oom.ts";

/** Pages that were paid for, by cgroup. */
class TmpfsBill {
  readonly payers = new Map<Cgroup, number>();
  /** The file system is gone: nothing is charged any more. */
  closed = false;

  add(cgroup: Cgroup, pages: number): void {
    this.payers.set(cgroup, (this.payers.get(cgroup) ?? 0) + pages);
  }

  giveBack(cgroup: Cgroup, most: number): number {
    const paid = this.payers.get(cgroup) ?? 0;
    const pages = Math.min(paid, most);
    if (pages === 0) return 0;
    if (pages === paid) this.payers.delete(cgroup);
    else this.payers.set(cgroup, paid - pages);
    uncharge(living(cgroup), "shmem", pages * PAGE_SIZE);
    return pages;
  }
}

/** A file takes pages, or gives them back if `pages` is negative. @throws ENOMEM */
export function chargeTmpfs(process: Process, pages: number, file: MemoryFile | undefined): void {
  if (file === undefined) return;
  const bill = billOf(file);
  if (bill.closed) return;
  if (pages > 0) {
    bill.add(chargeShared(process, pages), pages);
    return;
  }
  let left = -pages - bill.giveBack(process.cgroup, -pages);
  for (const cgroup of [...bill.payers.keys()].reverse()) left -= bill.giveBack(cgroup, left);
}

/** Gives back what all files below `directory` hold. */
export function forgetTmpfs(directory: MemoryDirectory): void {
  for (const inode of directory.entries.values()) {
    if (inode instanceof MemoryDirectory) forgetTmpfs(inode);
    else if (inode instanceof MemoryFile && inode.bill !== undefined) {
      const bill = billOf(inode);
      for (const [cgroup, pages] of [...bill.payers]) bill.giveBack(cgroup, pages);
      bill.closed = true;
    }
  }
}

function billOf(file: MemoryFile): TmpfsBill {
  if (file.bill instanceof TmpfsBill) return file.bill;
  const made = new TmpfsBill();
  file.bill = made;
  return made;
}
