/**
 * The user of a RUN. Unlike the engine, BuildKit also looks up a number without a group, and treats a missing file like
 * one that cannot be read.
 *
 * @see BuildKit executor/oci/user.go
 */
import { StatusError } from "../../lib/index.ts";
import { homeOf, type ResolvedUser, resolveUser, type UserFiles } from "../../runtime/index.ts";
import type { MountedTree } from "../../snapshot/index.ts";

const MAX_ID = 2 ** 32 - 1;

/** The files as BuildKit opens them; `rootfs` is the path that it knows the tree by. */
export function readUserFiles(tree: MountedTree, rootfs: string): UserFiles {
  const read = (path: string): UserFiles["passwd"] => {
    const type = tree.find(path)?.inode.type;
    if (type === undefined) return { why: "invalid argument" };
    return type === "dir" ? { why: `read ${rootfs}${path}: is a directory` } : tree.readText(path);
  };
  return { passwd: read("/etc/passwd"), group: read("/etc/group") };
}

/** @throws StatusError invalid-argument for a user that there is not, or whom nobody can look up */
export function resolveRunUser(spec: string, files: UserFiles): ResolvedUser {
  const ids = numbersOf(spec);
  if (ids !== undefined) return plainUser(ids, files);
  try {
    const user = resolveUser(spec, [], files);
    const [, ...listed] = user.additionalGids;
    // The group of their own is not said twice.
    return listed.includes(user.gid) ? { ...user, additionalGids: listed } : user;
  } catch (error) {
    if (error instanceof StatusError && spec === "") return plainUser({ uid: 0, gid: 0 }, files);
    throw error;
  }
}

/** `UID:GID` is looked up nowhere. */
function numbersOf(spec: string): { readonly uid: number; readonly gid: number } | undefined {
  const colon = spec.indexOf(":");
  if (colon < 0) return undefined;
  const [uid, gid] = [idOf(spec.slice(0, colon)), idOf(spec.slice(colon + 1))];
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function idOf(text: string): number | undefined {
  if (text === "root") return 0;
  return /^\d+$/.test(text) && Number(text) <= MAX_ID ? Number(text) : undefined;
}

function plainUser({ uid, gid }: { readonly uid: number; readonly gid: number }, files: UserFiles): ResolvedUser {
  return { uid, gid, additionalGids: [gid], home: homeOf(uid, files.passwd) };
}
