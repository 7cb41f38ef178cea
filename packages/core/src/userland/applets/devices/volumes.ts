/** Labels and UUIDs of the file systems on block devices. @see blkid(8) */
import { close, Errno, lstat, open, pread, type Routine } from "../../../abi/index.ts";
import { latin1 } from "../../../lib/index.ts";
import { namesIn } from "../../directory.ts";
import { attempt } from "../../io.ts";
import { uuidText } from "../../uuid.ts";

interface Volume {
  readonly label: string;
  readonly uuid: string;
}

const HEAD_BYTES = 4096;
const EXT_SUPERBLOCK = 1024;
/** Offsets from the beginning of the device. */
const EXT = { magic: EXT_SUPERBLOCK + 56, uuid: EXT_SUPERBLOCK + 104, label: EXT_SUPERBLOCK + 120 } as const;
const SWAP = { magic: 4086, uuid: 1036, label: 1052 } as const;
const LABEL_BYTES = 16;
const UUID_BYTES = 16;

/** The first block device in /dev whose file system has that label or UUID. */
export function* findVolume(key: keyof Volume, value: string): Routine<string | undefined> {
  for (const path of yield* blockDevices("/dev")) {
    const fd = yield* attempt(open(path));
    if (fd instanceof Errno) continue;
    const head = yield* attempt(pread(fd, HEAD_BYTES, 0));
    yield* close(fd);
    const volume = head instanceof Errno ? undefined : volumeIn(head);
    if (volume !== undefined && value !== "" && volume[key] === value) return path;
  }
  return undefined;
}

function* blockDevices(directory: string): Routine<readonly string[]> {
  const names = yield* attempt(namesIn(directory));
  if (names instanceof Errno) return [];
  const found: string[] = [];
  for (const name of names) {
    const status = yield* attempt(lstat(`${directory}/${name}`));
    if (!(status instanceof Errno) && status.type === "block") found.push(`${directory}/${name}`);
  }
  return found;
}

function volumeIn(head: Uint8Array): Volume | undefined {
  const isExt = head[EXT.magic] === 0x53 && head[EXT.magic + 1] === 0xef;
  const isSwap = latin1(head.subarray(SWAP.magic, SWAP.magic + 10)) === "SWAPSPACE2";
  const at = isExt ? EXT : isSwap ? SWAP : undefined;
  if (at === undefined) return undefined;
  const label = latin1(head.subarray(at.label, at.label + LABEL_BYTES)).replace(/\0.*$/s, "");
  return { label, uuid: uuidText(head.subarray(at.uuid, at.uuid + UUID_BYTES)) };
}
