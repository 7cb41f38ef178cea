/**
 * /sys/block and the directories of block devices that its links lead to: the machine's disk, and loop devices that
 * nobody has given a file.
 *
 * @see Documentation/ABI/stable/sysfs-block
 */
import { type PseudoLeaf, PseudoLink, type PseudoTree, textFile } from "../../fs/index.ts";
import type { Machine } from "../machine.ts";
import type { SysFs } from "./sys-fs.ts";

const LOOPS = 8;
const LOOP_MAJOR = 7;
const SECTOR = 512;

const loops = Array.from({ length: LOOPS }, (_, index) => ({ name: `loop${index}`, dev: `${LOOP_MAJOR}:${index}` }));

function attributes(dev: string, range: number, bytes: (machine: Machine) => number): PseudoTree<SysFs> {
  return {
    dev: textFile<SysFs>(() => `${dev}\n`),
    range: textFile<SysFs>(() => `${range}\n`),
    removable: textFile<SysFs>(() => "0\n"),
    ro: textFile<SysFs>(() => "0\n"),
    size: textFile<SysFs>(({ kernel }) => `${Math.floor(bytes(kernel.machine) / SECTOR)}\n`),
  };
}

/** What is below /sys/devices/virtual/block, and where the disk is. */
export const virtualBlocks: PseudoTree<SysFs> = Object.fromEntries(
  loops.map(({ name, dev }) => [name, attributes(dev, 1, () => 0)]),
);
export const diskOfMachine: PseudoTree<SysFs> = {
  block: { vda: attributes("254:0", 16, ({ diskBytes }) => diskBytes) },
};

const link =
  (target: string): PseudoLeaf<SysFs> =>
  (fs) =>
    new PseudoLink(fs, () => target);

/** Links by name, from a directory that is so far below /sys. */
export function blockLinks(up: string): PseudoTree<SysFs> {
  return {
    ...Object.fromEntries(loops.map(({ name }) => [name, link(`${up}/devices/virtual/block/${name}`)])),
    vda: link(`${up}/devices/virtio0/block/vda`),
  };
}

/** Links by number. */
export const blockNumbers: PseudoTree<SysFs> = {
  "254:0": link("../../devices/virtio0/block/vda"),
  ...Object.fromEntries(loops.map(({ name, dev }) => [dev, link(`../../devices/virtual/block/${name}`)])),
};
