/** What mount(2) mounts as type `hostfs`: `mount -t hostfs NAME /mnt` shows the directory of the host that has this name. */
import { Errno } from "../../abi/index.ts";
import type { HostFs } from "./host-fs.ts";

/** A factory for the kernel's table of file system types. Mounting a name twice shows one file system in two places. */
export function hostFileSystems(known: ReadonlyMap<string, HostFs>): (request: { readonly source: string }) => HostFs {
  return ({ source }) => {
    const fs = known.get(source);
    if (fs === undefined) throw new Errno("ENOENT");
    return fs;
  };
}
