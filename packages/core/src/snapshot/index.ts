/** Floor 6: mounts from layers. */

export { type Change, changesOf } from "./changes.ts";
export { MountedSnapshot, ROOTFS_PATH, SnapshotView } from "./mounted-snapshot.ts";
export { MountedTree } from "./mounted-tree.ts";
export {
  SNAPSHOT_ROOT,
  type SnapshotInfo,
  type SnapshotKind,
  type SnapshotRecords,
  Snapshotter,
  type Usage,
} from "./snapshotter.ts";
