/**
 * Who owns the directory and the files of a cgroup: its maker, until somebody changes that to delegate a subtree.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Model of Delegation"
 */
import { CAP_DAC_OVERRIDE } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import type { Cgroup } from "./cgroup.ts";
import type { NodeAttributes } from "./rare.ts";

/** The directory itself, among the names of its files. */
export const DIRECTORY = "";
/** What holds for nodes that nobody has changed. */
const ALL = "*";

const ROOT_OWNED: NodeAttributes = { uid: 0, gid: 0, mode: undefined };

export function attributesOf(cgroup: Cgroup, name: string): NodeAttributes {
  const known = cgroup.rareIfAny?.attributes;
  return known?.get(name) ?? known?.get(ALL) ?? ROOT_OWNED;
}

export function changeAttributes(cgroup: Cgroup, name: string, change: Partial<NodeAttributes>): void {
  const { rare } = cgroup;
  rare.attributes ??= new Map();
  rare.attributes.set(name, { ...attributesOf(cgroup, name), ...change });
}

/** The cgroup belongs to whoever made it. */
export function setMaker(cgroup: Cgroup, uid: number, gid: number): void {
  if (uid !== 0 || gid !== 0) changeAttributes(cgroup, ALL, { uid, gid });
}

/** True if `process` may write to cgroup.procs. */
export function mayMoveProcesses(cgroup: Cgroup, { creds }: Process): boolean {
  const { uid, gid, mode = 0o644 } = attributesOf(cgroup, "cgroup.procs");
  const bit = creds.uid === uid ? 0o200 : creds.inGroup(gid) ? 0o020 : 0o002;
  if ((mode & bit) !== 0) return true;
  const { user } = creds;
  const isMapped = user.uidFromMachine(uid) !== undefined && user.gidFromMachine(gid) !== undefined;
  return isMapped && creds.effective.has(CAP_DAC_OVERRIDE);
}
