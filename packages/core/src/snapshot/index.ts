/** Floor 6: mounts from layers. */
export { type SnapshotInfo, type SnapshotKind, Snapshotter, type Usage } from "./snapshotter.ts";
