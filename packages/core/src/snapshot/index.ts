/** Floor 6: mounts from layers. */

export { type Change, changesOf } from "./changes.ts";
export { MountedSnapshot, ROOTFS_PATH, SnapshotView } from "./mounted-snapshot.ts";
export { MountedTree } from "./mounted-tree.ts";
export { type SnapshotInfo, type SnapshotKind, Snapshotter, type Usage } from "./snapshotter.ts";
