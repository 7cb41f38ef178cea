/** Floor 4: file systems. */
export { type DeviceDriver, memoryDevices, NULL_DEVICE, PTMX_DEVICE, TTY_DEVICE } from "./devices.ts";
export { Drain } from "./drain.ts";
export { type ContentPart, FileContent } from "./file-content.ts";
export { freezeDisk } from "./freeze.ts";
export {
  type FrozenAttributes,
  FrozenDirectory,
  type FrozenDisk,
  type FrozenLeaf,
  type FrozenNode,
} from "./frozen-tree.ts";
export type { HostDisk, HostStat } from "./host-fs/host-disk.ts";
export { hostFileSystems } from "./host-fs/host-file-systems.ts";
export { HostFs, type HostFsOptions } from "./host-fs/host-fs.ts";
export type { SideEntry, SideTable } from "./host-fs/side-table.ts";
export { MemoryDirectory } from "./memory-directory.ts";
export { MemoryFile } from "./memory-file.ts";
export { type FileCache, type HostSpace, MemoryFs, type MemoryFsOptions } from "./memory-fs.ts";
export { MemoryInode } from "./memory-inode.ts";
export { OverlayFs, type OverlayOptions } from "./overlay-fs.ts";
export { Pipe } from "./pipe.ts";
export { PipeFs } from "./pipe-fs.ts";
export {
  file,
  fixedLink,
  link,
  type PseudoAttributes,
  type PseudoContents,
  PseudoDirectory,
  type PseudoEntries,
  PseudoFile,
  PseudoFs,
  PseudoInode,
  type PseudoLeaf,
  PseudoLink,
  type PseudoTree,
  TreeDirectory,
  textFile,
} from "./pseudo-fs.ts";
export { Pty, PtyMaster, type TerminalControl } from "./pty.ts";
export { removeTree } from "./remove-tree.ts";
export { isOpaque, isWhiteout, makeOpaque, OVERLAY_XATTR_PREFIX } from "./whiteout.ts";
