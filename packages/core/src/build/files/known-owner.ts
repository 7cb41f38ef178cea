/**
 * `--chown USER[:GROUP]` as the classic builder reads it: unlike BuildKit it must know the names, and who names no group
 * means the one that is called as the user.
 *
 * @see moby builder/dockerfile/internals_linux.go parseChownFlag
 */
import type { MountedTree } from "../../snapshot/index.ts";
import { BuildError } from "../dockerfile/error.ts";
import type { Owner } from "./make-directories.ts";
import { rootPath } from "./root-path.ts";

const PROBLEM = "unable to convert uid/gid chown string to host mapping: ";

/** @throws BuildError in that builder's words for a name that is not in the tree, which is mounted at `mountPoint` */
export function findKnownOwner(tree: MountedTree, text: string, mountPoint: string): Owner {
  const [user = "", group = user, ...rest] = text.split(":");
  if (rest.length > 0) throw new BuildError(`${PROBLEM}invalid chown string format: ${text}`);
  const idOf = (file: string, name: string, { id, who }: { readonly id: string; readonly who: string }): number => {
    const number = numberOf(name) ?? findId(tree, file, name, mountPoint);
    if (typeof number === "number") return number;
    const why = number.why ?? `no such ${who}: ${name}`;
    throw new BuildError(`${PROBLEM}can't find ${id} for ${who} ${name}: ${why}`);
  };
  const uid = idOf("/etc/passwd", user, { id: "uid", who: "user" });
  return { uid, gid: idOf("/etc/group", group, { id: "gid", who: "group" }) };
}

/** Go's Atoi, of which chown(2) takes 32 bits; -1 is no owner to it: what was just made keeps root. */
function numberOf(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const number = Number(BigInt.asUintN(32, BigInt(text.replace(/^\+/, ""))));
  return number === 2 ** 32 - 1 ? 0 : number;
}

/** The third field of the line that begins with `name`, or why there is none. */
function findId(
  tree: MountedTree,
  file: string,
  name: string,
  mountPoint: string,
): number | { readonly why: string | undefined } {
  const path = rootPath(tree, file);
  const type = tree.find(path)?.inode.type;
  if (type === undefined) return { why: `open ${mountPoint}${path}: no such file or directory` };
  if (type === "dir") return { why: `read ${mountPoint}${path}: is a directory` };
  const lines = tree
    .readText(path)
    .split("\n")
    .map((line) => line.trim());
  const found = lines.find((line) => line !== "" && line.split(":", 1)[0] === name);
  return found === undefined ? { why: undefined } : Number.parseInt(found.split(":")[2] ?? "", 10) || 0;
}
