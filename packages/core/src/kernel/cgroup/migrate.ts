/**
 * Moving a process between cgroups: writing to cgroup.procs.
 *
 * @see Documentation/admin-guide/cgroup-v2.rst "Delegation Containment", kernel/cgroup/cgroup.c:cgroup_attach_permissions
 */
import { Errno } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import { mayMoveProcesses } from "./attributes.ts";
import type { Cgroup } from "./cgroup.ts";
import { checkHost } from "./controllers.ts";

/**
 * Moves the process with that number in the writer's pid namespace, or the writer for 0.
 *
 * @throws EINVAL for no number. @throws ESRCH for nobody's. @throws EACCES if the writer may not write to cgroup.procs of
 * the nearest cgroup that is above both. @throws ENOENT if its cgroup namespace does not show both.
 * @throws EBUSY if the cgroup hands controllers on.
 */
export function moveProcess(cgroup: Cgroup, text: string, writer: Process): void {
  if (!/^\s*\d+\s*$/.test(text)) throw new Errno("EINVAL");
  const pid = Number(text);
  const process = pid === 0 ? writer : writer.ns.pid.find(pid);
  if (process === undefined) throw new Errno("ESRCH");
  checkDelegation(process.cgroup, cgroup, writer);
  checkHost(cgroup);
  cgroup.attach(process);
}

function checkDelegation(from: Cgroup, to: Cgroup, writer: Process): void {
  let common = from;
  while (!to.isWithin(common) && common.parent !== undefined) common = common.parent;
  if (!mayMoveProcesses(common, writer)) throw new Errno("EACCES");
  const { root } = writer.ns.cgroup;
  if (!from.isWithin(root) || !to.isWithin(root)) throw new Errno("ENOENT");
}
