/**
 * Which devices a cgroup may open: the allow list that container runtimes install.
 *
 * In cgroup v2 this is a BPF program; Bottleship keeps the list itself.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Device controller"
 */
import { major, minor, R_OK, W_OK } from "../../abi/index.ts";
import type { DeviceRule } from "../../oci/index.ts";
import type { Inode } from "../../vfs/index.ts";
import type { Cgroup } from "./cgroup.ts";

export function mayOpenDevice(cgroup: Cgroup, inode: Inode, wanted: number): boolean {
  let at: Cgroup | undefined = cgroup;
  while (at !== undefined && at.deviceRules === undefined) at = at.parent;
  if (at?.deviceRules === undefined) return true;
  return at.deviceRules.some((rule) => covers(rule, inode, wanted));
}

function covers(rule: DeviceRule, inode: Inode, wanted: number): boolean {
  if (rule.type !== "any" && rule.type !== inode.type) return false;
  if (rule.major !== undefined && rule.major !== major(inode.rdev)) return false;
  if (rule.minor !== undefined && rule.minor !== minor(inode.rdev)) return false;
  if ((wanted & R_OK) !== 0 && !rule.access.includes("r")) return false;
  return (wanted & W_OK) === 0 || rule.access.includes("w");
}
