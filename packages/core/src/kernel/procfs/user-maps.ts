/**
 * /proc/PID/uid_map, gid_map and setgroups: how a user namespace gets its ids.
 *
 * @see user_namespaces(7) "Defining user and group ID mappings", kernel/user_namespace.c:map_write
 */
import {
  CAP_SETFCAP,
  CAP_SETGID,
  CAP_SETUID,
  CAP_SYS_ADMIN,
  Errno,
  O_ACCMODE,
  O_RDONLY,
  UID_GID_MAP_MAX_EXTENTS,
} from "../../abi/index.ts";
import type { IdExtent, UserNamespace } from "../namespaces/user.ts";
import type { Process } from "../process.ts";

type Kind = "uid" | "gid";

/** Lines of "inside outside count"; outside ids as the reader's namespace knows them. */
export function formatIdMap(reader: Process, process: Process, kind: Kind): string {
  const { user } = process.creds;
  const map = kind === "uid" ? user.uidMap : user.gidMap;
  const viewer = reader.creds.user === user ? (user.parent ?? user) : reader.creds.user;
  return map
    .map(({ inside, outside, count }) => {
      const shown = outsideAs(viewer, user, kind, outside);
      return `${String(inside).padStart(10)} ${String(shown).padStart(10)} ${String(count).padStart(10)}\n`;
    })
    .join("");
}

function outsideAs(viewer: UserNamespace, user: UserNamespace, kind: Kind, outside: number): number {
  const parent = user.parent;
  if (parent === undefined || parent === viewer) return outside;
  const machine = kind === "uid" ? parent.uidToMachine(outside) : parent.gidToMachine(outside);
  if (machine === undefined) return 4294967295;
  return (kind === "uid" ? viewer.uidFromMachine(machine) : viewer.gidFromMachine(machine)) ?? 4294967295;
}

/**
 * @throws EPERM if the map has been written before, or the writer may not map these ids.
 * @throws EINVAL if the lines are malformed or overlap.
 */
export function writeIdMap(writer: Process, process: Process, kind: Kind, text: string): void {
  const { user } = process.creds;
  const { parent } = user;
  const isMapped = kind === "uid" ? user.hasUidMap : user.hasGidMap;
  if (parent === undefined || isMapped) throw new Errno("EPERM");
  if (writer.creds.user !== user && writer.creds.user !== parent) throw new Errno("EPERM");
  if (!writer.creds.capable(CAP_SYS_ADMIN, user)) throw new Errno("EPERM");
  const extents = parseExtents(text);
  if (!mayMap(writer, user, parent, kind, extents)) throw new Errno("EPERM");
  if (kind === "uid" && !mayMapRoot(writer, user, parent, extents)) throw new Errno("EPERM");
  for (const { outside, count } of extents) {
    const first = kind === "uid" ? parent.uidToMachine(outside) : parent.gidToMachine(outside);
    const last = kind === "uid" ? parent.uidToMachine(outside + count - 1) : parent.gidToMachine(outside + count - 1);
    if (first === undefined || last === undefined) throw new Errno("EPERM");
  }
  if (kind === "uid") user.mapUids(extents);
  else user.mapGids(extents);
}

/** Whoever maps root of the parent could write file capabilities that hold there. @see verify_root_map */
function mayMapRoot(
  writer: Process,
  user: UserNamespace,
  parent: UserNamespace,
  extents: readonly IdExtent[],
): boolean {
  if (!extents.some(({ outside }) => outside === 0)) return true;
  return writer.creds.user === user ? user.makerCouldMapRoot : writer.creds.capable(CAP_SETFCAP, parent);
}

/** One's own single id may be mapped by anybody; others need the capability in the parent namespace. */
function mayMap(
  writer: Process,
  user: UserNamespace,
  parent: UserNamespace,
  kind: Kind,
  extents: readonly IdExtent[],
): boolean {
  const [only] = extents;
  if (extents.length === 1 && only !== undefined && only.count === 1) {
    const own = kind === "uid" ? writer.creds.effectiveUid : writer.creds.effectiveGid;
    const machine = kind === "uid" ? parent.uidToMachine(only.outside) : parent.gidToMachine(only.outside);
    const isOwn = machine === own && user.creatorUid === writer.creds.effectiveUid;
    if (isOwn && (kind === "uid" || user.setgroups === "deny")) return true;
  }
  return writer.creds.capable(kind === "uid" ? CAP_SETUID : CAP_SETGID, parent);
}

function parseExtents(text: string): readonly IdExtent[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  if (lines.length === 0 || lines.length > UID_GID_MAP_MAX_EXTENTS) throw new Errno("EINVAL");
  const extents = lines.map((line): IdExtent => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s*$/.exec(line);
    if (match === null) throw new Errno("EINVAL");
    const [inside, outside, count] = match.slice(1).map(Number) as [number, number, number];
    // The last number stands for no id.
    if (count === 0 || inside + count >= 2 ** 32 || outside + count >= 2 ** 32) throw new Errno("EINVAL");
    return { inside, outside, count };
  });
  for (const [index, extent] of extents.entries()) {
    const clashes = extents
      .slice(0, index)
      .some(
        (other) =>
          overlap(extent.inside, other.inside, extent, other) || overlap(extent.outside, other.outside, extent, other),
      );
    if (clashes) throw new Errno("EINVAL");
  }
  return extents;
}

function overlap(a: number, b: number, x: IdExtent, y: IdExtent): boolean {
  return a < b + y.count && b < a + x.count;
}

/** "deny" before gid_map is written forbids setgroups(2) in the namespace for ever. */
export function writeSetgroups(process: Process, text: string): void {
  const { user } = process.creds;
  const value = text.trim();
  if (value !== "allow" && value !== "deny") throw new Errno("EINVAL");
  if (value === "deny" && user.hasGidMap) throw new Errno("EPERM");
  if (value === "allow" && user.setgroups === "deny") throw new Errno("EPERM");
  user.setgroups = value;
}

/** Only who is root in the namespace can open it for writing. @throws EACCES */
export function checkSetgroups(opener: Process, process: Process, flags: number): void {
  const writes = (flags & O_ACCMODE) !== O_RDONLY;
  if (writes && !opener.creds.capable(CAP_SYS_ADMIN, process.creds.user)) throw new Errno("EACCES");
}
