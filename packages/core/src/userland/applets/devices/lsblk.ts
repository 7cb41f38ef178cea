/** lsblk: block devices, of which /sys tells, and where they are mounted. @see lsblk(8) */
import { Errno, major, minor, type Routine, stat } from "../../../abi/index.ts";
import type { Applet } from "../../applet.ts";
import { namesIn } from "../../directory.ts";
import { getopt } from "../../getopt.ts";
import { attempt, type Io, readText } from "../../io.ts";

const BLOCK = "/sys/block";
const NUMBERS = "/sys/dev/block";
const NO_DEVICE = 32;
const SECTOR = 512;
const UNITS = ["", "K", "M", "G", "T", "P"] as const;
const K = 1024;
/** Where the mount points begin in a line of their own. */
const MOUNTS_AT = 35;

interface Device {
  readonly name: string;
  readonly number: string;
  readonly bytes: number;
}

export const lsblk: Applet = function* (io) {
  const { operands } = yield* getopt(io, "a");
  const devices: Device[] = [];
  let code = 0;
  for (const path of operands) {
    const device = yield* deviceAt(path);
    if (device !== undefined) devices.push(device);
    else {
      yield* io.warn(`${path}: not a block device`);
      code = NO_DEVICE;
    }
  }
  if (operands.length === 0) devices.push(...(yield* allDevices(io)));
  if (devices.length === 0 && operands.length > 0) return code;
  yield* io.out.line("NAME            MAJ:MIN  SIZE TYPE MOUNTPOINTS");
  for (const device of devices) yield* io.out.write(lineOf(device, yield* mountPoints(device.number)));
  return code;
};

function* allDevices(io: Io): Routine<readonly Device[]> {
  const names = yield* attempt(namesIn(BLOCK));
  if (names instanceof Errno) return yield* io.pdie(`can't open '${BLOCK}'`, names);
  const devices: Device[] = [];
  for (const name of [...names].sort()) devices.push(yield* describe(name, `${BLOCK}/${name}`));
  return devices;
}

function* deviceAt(path: string): Routine<Device | undefined> {
  const status = yield* attempt(stat(path));
  if (status instanceof Errno || status.type !== "block") return undefined;
  return yield* describe(
    path.slice(path.lastIndexOf("/") + 1),
    `${NUMBERS}/${major(status.rdev)}:${minor(status.rdev)}`,
  );
}

function* describe(name: string, directory: string): Routine<Device> {
  const read = function* (file: string): Routine<string> {
    const text = yield* attempt(readText(`${directory}/${file}`));
    return text instanceof Errno ? "" : text.trim();
  };
  return { name, number: yield* read("dev"), bytes: Number(yield* read("size")) * SECTOR };
}

/** What of the device is mounted, the last one first. */
function* mountPoints(number: string): Routine<readonly string[]> {
  const table = yield* attempt(readText("/proc/self/mountinfo"));
  if (table instanceof Errno) return [];
  return table
    .split("\n")
    .map((line) => line.split(" "))
    .filter((fields) => fields[2] === number)
    .map((fields) => fields[4] ?? "");
}

function lineOf({ name, number, bytes }: Device, mounts: readonly string[]): string {
  const type = name.startsWith("loop") ? "loop" : "disk";
  const [first = "", ...others] = mounts;
  const head = `${name.padEnd(16)}${number.padEnd(8)}${sizeText(bytes).padStart(5)} ${type} ${first}`.trimEnd();
  return `${head}\n${others.map((path) => `${" ".repeat(MOUNTS_AT)}${path}\n`).join("")}`;
}

/** In the largest unit that leaves at least one. */
function sizeText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  for (; value >= K && unit < UNITS.length - 1; unit++) value /= K;
  const rounded = Math.round(value * 10) / 10;
  return `${Number.isInteger(rounded) ? rounded : rounded.toFixed(1)}${UNITS[unit] ?? ""}`;
}
