/**
 * The devices of the machine that a container is given with `--device`.
 *
 * A path may lead to a device over symbolic links, and to a directory: then all devices below it are meant. What drivers
 * would have made is in no directory of the machine: it is known by name (`MACHINE_DEVICES`).
 *
 * @see moby daemon/pkg/oci/devices.go DevicesFromPath
 */
import { Errno, major, minor } from "../../abi/index.ts";
import { type DeviceNode, type Kernel, MACHINE_DEVICES } from "../../kernel/index.ts";
import { StatusError } from "../../lib/index.ts";
import type { DeviceSpec } from "../../oci/index.ts";
import { type FsContext, find, type Location, lookup, pathOf, walk } from "../../vfs/index.ts";

/** A device node as the container is to have it: `path` is its own, for `node` that of the machine. */
export function deviceSpec({ type, mode, rdev }: Pick<DeviceNode, "type" | "mode" | "rdev">, path: string): DeviceSpec {
  return {
    path,
    type: type === "block" ? "b" : "c",
    major: major(rdev),
    minor: minor(rdev),
    fileMode: mode,
    uid: 0,
    gid: 0,
  };
}

/**
 * What a path of the machine stands for, as devices at a place of the container.
 *
 * @throws StatusError invalid-argument for what is not there, or is neither a device nor a directory of devices
 */
export function devicesAt({ init }: Kernel, path: string, inContainer: string): readonly DeviceSpec[] {
  const known = MACHINE_DEVICES.filter((one) => one.path === path || one.path.startsWith(`${path}/`));
  const at = known.length > 0 ? find(init, path, { follow: true }) : reach(init, path);
  const place = at === undefined ? path : pathOf(at, init.root);
  const nodes = new Map(known.map((node) => [node.path, node]));
  for (const node of at === undefined ? [] : devicesBelow(at, place)) nodes.set(node.path, node);
  if (nodes.size === 0) refuse(path, "not a device node");
  return [...nodes.values()].map((node) => deviceSpec(node, inContainer + node.path.slice(place.length)));
}

/** @throws StatusError invalid-argument for a path that leads nowhere */
function reach(init: FsContext, path: string): Location {
  if (MACHINE_DEVICES.some((one) => path.startsWith(`${one.path}/`))) refuse(path, "not a directory");
  try {
    return walk(init, path, { follow: true });
  } catch (error) {
    if (error instanceof Errno) refuse(path, error.message.toLowerCase());
    throw error;
  }
}

/** A device itself, or those in a directory and its directories; links in there are not followed. */
function* devicesBelow(at: Location, path: string): Generator<DeviceNode> {
  const { type, mode, rdev } = at.inode.stat();
  if (type === "char" || type === "block") yield { path, type, mode, rdev };
  if (type !== "dir") return;
  for (const { name } of at.inode.readdir()) {
    const child = lookup(at, name);
    if (child !== undefined) yield* devicesBelow(child, `${path}/${name}`);
  }
}

function refuse(path: string, why: string): never {
  const what = `error gathering device information while adding custom device "${path}"`;
  throw new StatusError("invalid-argument", `${what}: ${why}`);
}
