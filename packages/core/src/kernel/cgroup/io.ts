/**
 * The io controller: what a subtree read from and wrote to the machine's disk, and how fast it may.
 *
 * A limit is a stream: an operation waits until what went before it has passed at that speed. Reads of what is in the
 * page cache are none. Unlike Linux, a write counts when it is made, not when the page is written back.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "IO", block/blk-throttle.c
 */
import { Errno, makedev } from "../../abi/index.ts";
import { MACHINE_DEVICES } from "../machine-devices.ts";
import type { Cgroup } from "./cgroup.ts";
import { type ControlFiles, upwards } from "./control-file.ts";

/** The machine's disk, /dev/vda. */
const DISK = "254:0";
const LIMITS = ["rbps", "wbps", "riops", "wiops"] as const;
const DEFAULT_WEIGHT = 100;
const MAX_WEIGHT = 10_000;

type LimitName = (typeof LIMITS)[number];
type Limits = Record<LimitName, number>;

/** Bytes are counted in 64 bits, operations in 32. */
const MOST: Readonly<Limits> = { rbps: 2 ** 64 - 1, wbps: 2 ** 64 - 1, riops: 2 ** 32 - 1, wiops: 2 ** 32 - 1 };

const NO_LIMITS: Readonly<Limits> = {
  rbps: Number.POSITIVE_INFINITY,
  wbps: Number.POSITIVE_INFINITY,
  riops: Number.POSITIVE_INFINITY,
  wiops: Number.POSITIVE_INFINITY,
};

export class IoController {
  /** By device, "MAJOR:MINOR". */
  readonly limits = new Map<string, Readonly<Limits>>();
  /** By limit, when everything that was admitted so far has passed. */
  readonly freeAtUs: Limits = { rbps: 0, wbps: 0, riops: 0, wiops: 0 };
  readonly moved = { rbytes: 0, wbytes: 0, rios: 0, wios: 0 };
  weight = DEFAULT_WEIGHT;
  stalledUs = 0;
}

const controller = (cgroup: Cgroup): IoController => {
  const { rare } = cgroup;
  rare.io ??= new IoController();
  return rare.io;
};

/**
 * One operation on the disk by a process of `cgroup`.
 *
 * @returns until when it takes, if a limit slows it down; else `nowUs`.
 */
export function chargeIo(cgroup: Cgroup, direction: "read" | "write", bytes: number): number {
  const { monotonicUs: nowUs } = cgroup.kernel;
  let doneUs = nowUs;
  for (const at of upwards(cgroup)) {
    const io = controller(at);
    const isRead = direction === "read";
    io.moved[isRead ? "rbytes" : "wbytes"] += bytes;
    io.moved[isRead ? "rios" : "wios"]++;
    doneUs = Math.max(doneUs, pass(io, isRead ? "rbps" : "wbps", bytes, nowUs));
    doneUs = Math.max(doneUs, pass(io, isRead ? "riops" : "wiops", 1, nowUs));
  }
  if (doneUs > nowUs) for (const at of upwards(cgroup)) controller(at).stalledUs += doneUs - nowUs;
  return doneUs;
}

/** When `amount` more has passed a limit. */
function pass(io: IoController, name: LimitName, amount: number, nowUs: number): number {
  const perSecond = io.limits.get(DISK)?.[name] ?? Number.POSITIVE_INFINITY;
  if (!Number.isFinite(perSecond)) return nowUs;
  io.freeAtUs[name] = Math.max(io.freeAtUs[name], nowUs) + (amount * 1_000_000) / perSecond;
  return Math.ceil(io.freeAtUs[name]);
}

function formatMax(cgroup: Cgroup): string {
  const lines = [...(cgroup.rareIfAny?.io?.limits ?? [])].map(([device, limits]) => {
    if (LIMITS.every((name) => !Number.isFinite(limits[name]))) return "";
    const shown = LIMITS.map((name) => `${name}=${Number.isFinite(limits[name]) ? BigInt(limits[name]) : "max"}`);
    return `${device} ${shown.join(" ")}\n`;
  });
  return lines.join("");
}

/**
 * "254:0 rbps=1048576 wiops=max". Unlike in Linux, several lines can be written at once.
 *
 * @throws EINVAL if it is not of that form, or for a limit of 1. @throws ENODEV for a device that is not there.
 * @throws ERANGE for 0. @see block/blk-throttle.c:tg_set_limit
 */
function writeMax(cgroup: Cgroup, text: string): void {
  for (const line of text.trim().split("\n")) setMax(cgroup, line);
}

function setMax(cgroup: Cgroup, line: string): void {
  const [device = "", ...settings] = line.trim().split(/\s+/);
  checkDevice(device);
  const wanted: Partial<Limits> = {};
  for (const setting of settings) {
    const [key = "", value = ""] = setting.split("=");
    const name = LIMITS.find((one) => one === key);
    if (name === undefined) throw new Errno("EINVAL");
    wanted[name] = parseLimit(value, MOST[name]);
  }
  const { limits } = controller(cgroup);
  limits.set(device, { ...(limits.get(device) ?? NO_LIMITS), ...wanted });
}

/** The digits that a value begins with; the most that there can be is none. */
function parseLimit(value: string, most: number): number {
  const [digits] = /^\d+/.exec(value) ?? [];
  if (digits === undefined && value !== "max") throw new Errno("EINVAL");
  const limit = digits === undefined ? Number.POSITIVE_INFINITY : Number(digits);
  if (limit === 0) throw new Errno("ERANGE");
  if (limit === 1) throw new Errno("EINVAL");
  return limit >= most ? Number.POSITIVE_INFINITY : limit;
}

/** A block device of the machine. Those that no file system is on can be limited too. */
function checkDevice(device: string): void {
  const [, first, second] = /^(\d+):(\d+)$/.exec(device) ?? [];
  if (first === undefined) throw new Errno("EINVAL");
  const rdev = makedev(Number(first), Number(second));
  if (!MACHINE_DEVICES.some((node) => node.type === "block" && node.rdev === rdev)) throw new Errno("ENODEV");
}

function stat(cgroup: Cgroup): string {
  const moved = cgroup.rareIfAny?.io?.moved;
  if (moved === undefined) return "";
  const counts = Object.entries({ ...moved, dbytes: 0, dios: 0 });
  if (counts.every(([, count]) => count === 0)) return `${DISK} \n`;
  return `${DISK} ${counts.map(([key, count]) => `${key}=${count}`).join(" ")}\n`;
}

/**
 * "100" or "default 100". What follows is not looked at.
 *
 * @throws EINVAL for no number from 1 to 10,000. @throws EOPNOTSUPP for the weight of a device: none is shared by cost.
 * @see block/blk-iocost.c:ioc_weight_write
 */
function writeWeight(cgroup: Cgroup, text: string): void {
  const [first = ""] = text.trim().split(/\s+/);
  if (first.includes(":")) {
    checkDevice(first);
    throw new Errno("EOPNOTSUPP");
  }
  const weight = Number.parseInt(/^\s*(?:default\s+)?(\d+)/.exec(text)?.[1] ?? "", 10);
  if (!(weight >= 1 && weight <= MAX_WEIGHT)) throw new Errno("EINVAL");
  controller(cgroup).weight = weight;
}

export const IO_FILES: ControlFiles = {
  "io.max": { notOnRoot: true, controller: "io", read: formatMax, write: writeMax },
  "io.stat": { controller: "io", read: stat },
  "io.weight": {
    notOnRoot: true,
    controller: "io",
    read: (cgroup) => `default ${cgroup.rareIfAny?.io?.weight ?? DEFAULT_WEIGHT}\n`,
    write: writeWeight,
  },
};
