/** rm -r by the host: for an engine that takes directories off its machine's disk. */
import { assert } from "../lib/index.ts";
import type { Dentry } from "../vfs/index.ts";
import { MemoryDirectory } from "./memory-directory.ts";
import type { MemoryFs } from "./memory-fs.ts";

/**
 * Removes what is at `path`, absolute and clean, if anything is. vfs is told: no path leads to what was there, even if the
 * name comes back.
 */
export function removeTree(fs: MemoryFs, path: string): void {
  assert(path.length > 1, "the root of a file system is not removed");
  let directory = fs.root;
  let dentry: Dentry | undefined = fs.rootDentry;
  let start = 1;
  for (let slash = path.indexOf("/", start); slash >= 0; slash = path.indexOf("/", start)) {
    const name = path.slice(start, slash);
    const next = directory.lookup(name);
    if (!(next instanceof MemoryDirectory)) return;
    directory = next;
    dentry = dentry?.known(name);
    start = slash + 1;
  }
  const last = path.slice(start);
  removeEntry(directory, last);
  dentry?.forget(last);
}

function removeEntry(parent: MemoryDirectory, name: string): void {
  const victim = parent.lookup(name);
  if (victim === undefined) return;
  if (victim instanceof MemoryDirectory) {
    // A committed layer stays as it is, for frozen trees that have it too.
    if (victim.sealed) parent.dropTree(name, victim);
    else {
      for (const child of [...victim.entries.keys()]) removeEntry(victim, child);
      parent.rmdir(name);
    }
  } else parent.unlink(name);
}
