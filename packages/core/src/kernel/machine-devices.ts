/**
 * The device nodes of a machine: what devtmpfs makes, and what a privileged container finds in its /dev.
 *
 * Most of them are names only: they have no driver.
 *
 * @see Documentation/admin-guide/devices.txt
 */
import { makedev } from "../abi/index.ts";

export interface DeviceNode {
  readonly path: string;
  readonly type: "char" | "block";
  readonly mode: number;
  readonly rdev: number;
}

const node = (type: DeviceNode["type"], name: string, mode: number, major: number, minor: number): DeviceNode => ({
  path: `/dev/${name}`,
  type,
  mode,
  rdev: makedev(major, minor),
});

const series = (count: number, make: (index: number) => DeviceNode): readonly DeviceNode[] =>
  Array.from({ length: count }, (_, index) => make(index));

export const MACHINE_DEVICES: readonly DeviceNode[] = [
  node("char", "autofs", 0o600, 10, 235),
  node("char", "btrfs-control", 0o600, 10, 234),
  node("char", "cpu_dma_latency", 0o600, 10, 124),
  node("char", "full", 0o666, 1, 7),
  node("char", "fuse", 0o666, 10, 229),
  node("char", "hwrng", 0o600, 10, 183),
  node("char", "kmsg", 0o600, 1, 11),
  node("char", "loop-control", 0o600, 10, 237),
  ...series(8, (index) => node("block", `loop${index}`, 0o600, 7, index)),
  node("char", "net/tun", 0o666, 10, 200),
  node("char", "null", 0o666, 1, 3),
  node("char", "random", 0o666, 1, 8),
  node("char", "tty", 0o666, 5, 0),
  ...series(64, (index) => node("char", `tty${index}`, 0o600, 4, index)),
  node("char", "ttyS0", 0o600, 4, 64),
  node("char", "urandom", 0o666, 1, 9),
  node("char", "vcs", 0o600, 7, 0),
  node("char", "vcsa", 0o600, 7, 128),
  node("block", "vda", 0o600, 254, 0),
  node("char", "zero", 0o666, 1, 5),
];
