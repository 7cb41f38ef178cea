/**
 * `--chown USER[:GROUP]`: names are looked up in the destination's /etc/passwd and /etc/group.
 *
 * @see BuildKit solver/llbsolver/file/user_linux.go
 */
import type { MountedTree } from "../../snapshot/index.ts";
import type { Owner } from "./make-directories.ts";

/**
 * A user alone gets the group that the file says, or one of the same number; names that nobody knows, and a group that
 * is left out after the colon, mean 0.
 */
export function findOwner(tree: MountedTree, text: string): Owner {
  const colon = text.indexOf(":");
  const user = colon < 0 ? text : text.slice(0, colon);
  const group = colon < 0 ? undefined : text.slice(colon + 1);
  const known = numberOf(user) === undefined ? findLine(tree, "/etc/passwd", user) : undefined;
  const uid = numberOf(user) ?? known?.[2] ?? 0;
  if (group === undefined) return { uid, gid: known?.[3] ?? uid };
  return { uid, gid: numberOf(group) ?? findLine(tree, "/etc/group", group)?.[2] ?? 0 };
}

function numberOf(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The fields of the line that begins with `name`, as numbers. */
function findLine(tree: MountedTree, path: string, name: string): readonly number[] | undefined {
  const line = tree
    .readText(path)
    .split("\n")
    .find((one) => one.split(":", 1)[0] === name);
  return line?.split(":").map(Number);
}
