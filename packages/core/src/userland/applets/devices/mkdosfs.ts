/** mkdosfs: make a FAT32 file system. @see mkfs.fat(8), Microsoft's FAT specification */
import { clock_gettime, fstat, getpid, ioctl, O_RDWR, pwrite, type Routine } from "../../../abi/index.ts";
import { encode } from "../../../lib/index.ts";
import type { Applet } from "../../applet.ts";
import { getopt, showUsage } from "../../getopt.ts";
import { attempt, type Io } from "../../io.ts";
import { openOrDie } from "../../or-die.ts";
import { control } from "./device.ts";
import { volumeSize } from "./volume-size.ts";

const SECTOR = 512;
const SECOND = 1_000_000;
const NO_NAME = "NO NAME    ";
const LABEL_BYTES = 11;
const [RESERVED, FATS, INFO_SECTOR, BACKUP_SECTOR] = [6, 2, 1, 3];
const MOST_CLUSTERS = 268_435_446;
const END_OF_CHAIN = 0x0fff_fff8;
const VOLUME_LABEL = 8;
const GIGABYTE = 2 ** 30;
const MEGABYTE = 2 ** 20;
/** Sizes of floppy disks in sectors, and what is said of them. */
const FLOPPIES: ReadonlyMap<number, number> = new Map([
  [720, 0xfd],
  [1440, 0xf9],
  [2400, 0xf9],
  [2880, 0xf0],
  [5760, 0xf0],
]);

interface Fat32 {
  readonly sectors: number;
  readonly media: number;
  readonly heads: number;
  readonly sectorsPerTrack: number;
  readonly sectorsPerCluster: number;
  readonly sectorsPerFat: number;
  readonly clusters: number;
}

export const mkdosfs: Applet = function* (io) {
  const options = yield* getopt(io, "Ab:cCf:F:h:Ii:l:m:n:r:R:s:S:v");
  const [path, size] = options.operands;
  if (path === undefined) return yield* showUsage(io);
  const id = (Math.floor((yield* clock_gettime()) / SECOND) ^ (yield* getpid())) >>> 0;
  const label = (options.value("n") ?? NO_NAME).slice(0, LABEL_BYTES).padEnd(LABEL_BYTES);
  const fd = yield* openOrDie(io, path, O_RDWR);
  const { type } = yield* fstat(fd);
  if (type !== "file" && type !== "block" && size === undefined) return yield* io.die("image size must be specified");
  if (type === "block") yield* control(io, fd, "BLKSSZGET");
  const bytes = yield* volumeSize(io, fd, size, { extends: true });
  yield* attempt(ioctl(fd, "HDIO_GETGEO"));
  const fat = yield* layOut(io, Math.floor(bytes / SECTOR), bytes);
  if (options.has("v")) yield* io.err.write(describe(path, fat, id, label));
  yield* writeFat(fd, fat, id, label);
  return 0;
};

function* layOut(io: Io, sectors: number, bytes: number): Routine<Fat32> {
  const floppy = FLOPPIES.get(sectors);
  let sectorsPerCluster = floppy === undefined ? clusterSize(bytes) : 1;
  if (sectors - RESERVED < 4) return yield* io.die("the image is too small for FAT32");
  for (let sectorsPerFat = 1; ; ) {
    const clusters = Math.floor((sectors - RESERVED - FATS * sectorsPerFat) / sectorsPerCluster);
    const missing = Math.ceil((clusters + 2) / (SECTOR / 4)) - sectorsPerFat;
    if (missing > 0 && clusters <= 0x80ff_ffff) sectorsPerFat += (missing >> 1) | 1;
    else if (clusters <= MOST_CLUSTERS) {
      const geometry =
        floppy === undefined
          ? { media: 0xf8, heads: 255, sectorsPerTrack: 63 }
          : { media: floppy, heads: 2, sectorsPerTrack: Math.max(9, Math.floor(sectors / 160)) };
      return { sectors, ...geometry, sectorsPerCluster, sectorsPerFat, clusters };
    } else {
      if (sectorsPerCluster === 128) return yield* io.die("can't make FAT32 with >128 sectors/cluster");
      sectorsPerCluster *= 2;
      sectorsPerFat = (sectorsPerFat >> 1) | 1;
    }
  }
}

function clusterSize(bytes: number): number {
  if (bytes < 260 * MEGABYTE) return 1;
  if (bytes >= 16 * GIGABYTE) return 32;
  return bytes >= 8 * GIGABYTE ? 16 : 8;
}

function describe(path: string, fat: Fat32, id: number, label: string): string {
  return `Device '${path}':
heads:${fat.heads}, sectors/track:${fat.sectorsPerTrack}, bytes/sector:${SECTOR}
media descriptor:${fat.media.toString(16).padStart(2, "0")}
total sectors:${fat.sectors}, clusters:${fat.clusters}, sectors/cluster:${fat.sectorsPerCluster}
FATs:${FATS}, sectors/FAT:${fat.sectorsPerFat}
volumeID:${id.toString(16).padStart(8, "0")}, label:'${label}'
`;
}

function* writeFat(fd: number, fat: Fat32, id: number, label: string): Routine<void> {
  const reserved = new Uint8Array(RESERVED * SECTOR);
  for (const at of [0, BACKUP_SECTOR]) {
    reserved.set(bootSector(fat, id, label), at * SECTOR);
    reserved.set(informationSector(fat), (at + INFO_SECTOR) * SECTOR);
  }
  yield* pwrite(fd, reserved, 0);
  const table = new Uint8Array(fat.sectorsPerFat * SECTOR);
  const entries = new DataView(table.buffer);
  // The root directory has the first cluster that there is.
  for (const [at, value] of [0x0fff_ff00 | fat.media, 0xffff_ffff, END_OF_CHAIN].entries()) {
    entries.setUint32(4 * at, value, true);
  }
  for (let copy = 0; copy < FATS; copy++) yield* pwrite(fd, table, (RESERVED + copy * fat.sectorsPerFat) * SECTOR);
  const root = new Uint8Array(fat.sectorsPerCluster * SECTOR);
  if (label !== NO_NAME) {
    root.set(encode(label).subarray(0, LABEL_BYTES));
    root[LABEL_BYTES] = VOLUME_LABEL;
  }
  yield* pwrite(fd, root, (RESERVED + FATS * fat.sectorsPerFat) * SECTOR);
}

function bootSector(fat: Fat32, id: number, label: string): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  bytes.set([0xeb, 0x58, 0x90]);
  bytes.set(encode("mkdosfs"), 3);
  view.setUint16(11, SECTOR, true);
  bytes[13] = fat.sectorsPerCluster;
  view.setUint16(14, RESERVED, true);
  bytes[16] = FATS;
  if (fat.sectors <= 0xffff) view.setUint16(19, fat.sectors, true);
  bytes[21] = fat.media;
  view.setUint16(24, fat.sectorsPerTrack, true);
  view.setUint16(26, fat.heads, true);
  view.setUint32(32, fat.sectors, true);
  view.setUint32(36, fat.sectorsPerFat, true);
  view.setUint32(44, 2, true);
  view.setUint16(48, INFO_SECTOR, true);
  view.setUint16(50, BACKUP_SECTOR, true);
  bytes[66] = 0x29;
  view.setUint32(67, id, true);
  bytes.set(encode(label).subarray(0, LABEL_BYTES), 71);
  bytes.set(encode("FAT32   "), 82);
  // Who boots from it stops there.
  bytes.set([0xf4, 0xeb, 0xfd], 90);
  bytes.set([0x55, 0xaa], SECTOR - 2);
  return bytes;
}

function informationSector(fat: Fat32): Uint8Array {
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4161_5252, true);
  view.setUint32(484, 0x6141_7272, true);
  view.setUint32(488, fat.clusters - 1, true);
  view.setUint32(492, 2, true);
  bytes.set([0x55, 0xaa], SECTOR - 2);
  return bytes;
}
