/**
 * Entering an existing namespace: setns(2).
 *
 * @see setns(2), kernel/nsproxy.c, user_namespaces(7)
 */
import { CAP_SYS_ADMIN, CAP_SYS_CHROOT, CapabilitySet, Errno } from "../../abi/index.ts";
import type { Process } from "../process.ts";
import { MountNamespace } from "./mnt.ts";
import type { Namespace } from "./namespace.ts";
import { PidNamespace } from "./pid.ts";
import { TimeNamespace } from "./time.ts";
import { UserNamespace } from "./user.ts";

/**
 * @throws EPERM without CAP_SYS_ADMIN in the target's owner and in one's own user namespace.
 * @throws EINVAL for a pid namespace that is no descendant, or one's own user namespace.
 */
export function enterNamespace(process: Process, target: Namespace): void {
  if (target instanceof UserNamespace) {
    enterUser(process, target);
    return;
  }
  const { creds } = process;
  const admin = creds.capable(CAP_SYS_ADMIN, target.owner) && creds.capable(CAP_SYS_ADMIN, creds.user);
  if (!admin) throw new Errno("EPERM");
  if (target instanceof PidNamespace) {
    if (!target.isWithin(process.ns.pid)) throw new Errno("EINVAL");
    process.setNamespaces({ ...process.ns, pidForChildren: target });
    return;
  }
  if (target instanceof MountNamespace && !creds.capable(CAP_SYS_CHROOT, creds.user)) throw new Errno("EPERM");
  if (target instanceof TimeNamespace) {
    target.isEntered = true;
    process.setNamespaces({ ...process.ns, time: target, timeForChildren: target });
    return;
  }
  process.setNamespaces({ ...process.ns, [target.kind]: target });
  if (target instanceof MountNamespace) {
    const { top } = target.tree;
    process.settle({ root: top, cwd: top });
  }
}

function enterUser(process: Process, target: UserNamespace): void {
  const { creds } = process;
  if (target === creds.user) throw new Errno("EINVAL");
  if (!creds.capable(CAP_SYS_ADMIN, target)) throw new Errno("EPERM");
  process.creds = creds.with({
    user: target,
    effective: CapabilitySet.FULL,
    permitted: CapabilitySet.FULL,
    bounding: CapabilitySet.FULL,
    inheritable: CapabilitySet.EMPTY,
    ambient: CapabilitySet.EMPTY,
  });
  process.setNamespaces({ ...process.ns, user: target });
}
