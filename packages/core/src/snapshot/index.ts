/** Floor 6: mounts from layers. */
export { MountedSnapshot, ROOTFS_PATH } from "./mounted-snapshot.ts";
export { type SnapshotInfo, type SnapshotKind, Snapshotter, type Usage } from "./snapshotter.ts";
