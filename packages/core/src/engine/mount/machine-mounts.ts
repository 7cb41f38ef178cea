/** What the daemon mounts on its machine, for containers to see: volumes of other file systems, images. @see mount(2) */
import { Errno, MS_RDONLY, MS_REC } from "../../abi/index.ts";
import { flagsOfMount, type Kernel } from "../../kernel/index.ts";
import { walk } from "../../vfs/index.ts";

export interface MachineMount {
  readonly type: string;
  readonly source: string;
  /** Where it is mounted; it has to be there. */
  readonly path: string;
  readonly flags: number;
  readonly data: readonly string[];
}

/** @throws Errno ENODEV for a file system that the kernel does not have, and what that file system finds wrong */
export function mountOnMachine({ init, fileSystems }: Kernel, { type, source, path, flags, data }: MachineMount): void {
  const make = fileSystems.get(type);
  if (make === undefined) throw new Errno("ENODEV");
  const fileSystem = make({ source, data: data.join(",") }, init);
  init.ns.mnt.tree.mount(fileSystem, walk(init, path, { follow: true }), flagsOfMount(flags));
}

/** Shows what is at `source` also at `path`. @throws Errno if one of them is not there */
export function bindOnMachine({ init }: Kernel, { source, path, flags }: Omit<MachineMount, "type" | "data">): void {
  const from = walk(init, source, { follow: true });
  const at = walk(init, path, { follow: true });
  const mount = init.ns.mnt.tree.bind(from, at, { recursive: (flags & MS_REC) !== 0 });
  mount.flags |= flags & MS_RDONLY;
}

export function unmountOnMachine({ init }: Kernel, path: string): void {
  init.ns.mnt.tree.unmount(walk(init, path, { follow: true }), { lazy: true });
}
