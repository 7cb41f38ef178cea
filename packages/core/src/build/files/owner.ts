/**
 * `--chown USER[:GROUP]`: names are looked up in the destination's /etc/passwd and /etc/group.
 *
 * @see BuildKit solver/llbsolver/file/user_linux.go
 */
import type { MountedTree } from "../../snapshot/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { Owner } from "./make-directories.ts";

const MAX_ID = 2 ** 31 - 1;

/**
 * A user gets the group that the file says, or one of the same number, if no group is given or nobody knows it; a user
 * that nobody knows, and a group that is left out after the colon, mean 0.
 *
 * @throws BuildError if a directory stands where names would be, in the tree that is mounted at `mountPoint`
 */
export function findOwner(tree: MountedTree, text: string, mountPoint: string): Owner {
  const colon = text.indexOf(":");
  const user = colon < 0 ? text : text.slice(0, colon);
  const group = colon < 0 ? undefined : text.slice(colon + 1);
  const lineOf = (path: string, name: string) => {
    if (tree.find(path)?.inode.type !== "dir") return findLine(tree, path, name);
    throw new BuildError(`read ${mountPoint}${path}: is a directory`);
  };
  const known = numberOf(user) === undefined ? lineOf("/etc/passwd", user) : undefined;
  const uid = numberOf(user) ?? known?.[2] ?? 0;
  const ownGid = known?.[3] ?? uid;
  if (group === undefined) return { uid, gid: ownGid };
  if (group === "") return { uid, gid: 0 };
  return { uid, gid: numberOf(group) ?? lineOf("/etc/group", group)?.[2] ?? ownGid };
}

/** The same owner in the one way that counts: ids as plain numbers, and root as 0; no group is no group. */
export function plainOwner(text: string): string {
  const plain = (one: string): string => {
    if (one === "root" || one === "") return "0";
    return numberOf(one) === undefined ? one : String(Number(one));
  };
  return text.split(/:(.*)/s, 2).map(plain).join(":");
}

/** True if there is something to be looked up. */
export function hasNames(text: string): boolean {
  const colon = text.indexOf(":");
  const parts = colon < 0 ? [text] : [text.slice(0, colon), text.slice(colon + 1)];
  return parts.some((part) => part !== "" && numberOf(part) === undefined);
}

/** Go's ParseInt for 32 bits, taken as an unsigned number; what is no such number is a name. */
function numberOf(text: string): number | undefined {
  const number = /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(number <= MAX_ID && number >= -MAX_ID - 1)) return undefined;
  // To chown(2), -1 is no owner: what was just made keeps root.
  return number === -1 ? 0 : number >>> 0;
}

/** The fields of the line that begins with `name`, as numbers. */
function findLine(tree: MountedTree, path: string, name: string): readonly number[] | undefined {
  const line = tree
    .readText(path)
    .split("\n")
    .find((one) => one.split(":", 1)[0] === name);
  return line?.split(":").map(Number);
}
