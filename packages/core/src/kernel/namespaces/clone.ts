/**
 * New namespaces for a process: what clone(2) and unshare(2) have in common.
 *
 * @see clone(2), unshare(2), kernel/nsproxy.c:create_new_namespaces
 */
import { CAP_SETFCAP, CapabilitySet, Errno, MAX_NAMESPACE_DEPTH, type NamespaceKind } from "../../abi/index.ts";
import { Location } from "../../vfs/index.ts";
import type { Credentials } from "../credentials.ts";
import type { Places, Process } from "../process.ts";
import { CgroupNamespace } from "./cgroup.ts";
import { IpcNamespace } from "./ipc.ts";
import { MountNamespace } from "./mnt.ts";
import type { NamespaceSet } from "./namespace-set.ts";
import { NetNamespace } from "./net.ts";
import { PidNamespace } from "./pid.ts";
import { TimeNamespace } from "./time.ts";
import { UserNamespace } from "./user.ts";
import { UtsNamespace } from "./uts.ts";

export interface ClonedNamespaces {
  readonly ns: NamespaceSet;
  readonly creds: Credentials;
  /** In a new mount namespace; `undefined` if there is none. */
  readonly places: Partial<Places> | undefined;
}

/**
 * The namespaces of `process`, with a new one of each of `kinds`. A new pid namespace is for children only.
 *
 * @throws ENOSPC (pid) or EUSERS-like ENOSPC (user) beyond MAX_NAMESPACE_DEPTH.
 * @throws EINVAL for a second new pid namespace before a child was born into the first.
 */
export function cloneNamespaces(process: Process, kinds: ReadonlySet<NamespaceKind>): ClonedNamespaces {
  const { ns, kernel } = process;
  if (kinds.size === 0) return { ns, creds: process.creds, places: undefined };
  checkPid(process, kinds);
  const creds = kinds.has("user") ? enterNewUserNamespace(process) : process.creds;
  const owner = creds.user;
  const id = (): number => kernel.namespaceIds.next();
  const mounts = kinds.has("mnt") ? cloneMounts(process, owner) : undefined;
  return {
    creds,
    places: mounts?.places,
    ns: {
      mnt: mounts?.namespace ?? ns.mnt,
      pid: ns.pid,
      pidForChildren: kinds.has("pid") ? new PidNamespace(id(), owner, ns.pidForChildren) : ns.pidForChildren,
      net: kinds.has("net") ? new NetNamespace(id(), owner) : ns.net,
      uts: kinds.has("uts") ? new UtsNamespace(id(), owner, ns.uts.hostname, ns.uts.domainname) : ns.uts,
      ipc: kinds.has("ipc") ? new IpcNamespace(id(), owner) : ns.ipc,
      user: owner,
      cgroup: kinds.has("cgroup") ? new CgroupNamespace(id(), owner, process.cgroup) : ns.cgroup,
      time: ns.time,
      timeForChildren: kinds.has("time") ? new TimeNamespace(id(), owner, ns.timeForChildren) : ns.timeForChildren,
    },
  };
}

function checkPid({ ns }: Process, kinds: ReadonlySet<NamespaceKind>): void {
  if (!kinds.has("pid")) return;
  if (ns.pidForChildren !== ns.pid) throw new Errno("EINVAL");
  if (ns.pid.level + 1 >= MAX_NAMESPACE_DEPTH) throw new Errno("ENOSPC");
}

/**
 * In a new user namespace its maker has every capability, and over it no ids are mapped yet.
 *
 * @throws EPERM to who has changed its root directory, or has ids that its own user namespace does not map.
 */
function enterNewUserNamespace(process: Process): Credentials {
  const { creds, kernel } = process;
  if (creds.user.level + 1 > MAX_NAMESPACE_DEPTH) throw new Errno("ENOSPC");
  if (!process.root.equals(process.ns.mnt.tree.top)) throw new Errno("EPERM");
  const isMapped =
    creds.user.uidFromMachine(creds.effectiveUid) !== undefined &&
    creds.user.gidFromMachine(creds.effectiveGid) !== undefined;
  if (!isMapped) throw new Errno("EPERM");
  const user = new UserNamespace(kernel.namespaceIds.next(), creds.user, creds.effectiveUid, creds.effectiveGid);
  user.makerCouldMapRoot = creds.effective.has(CAP_SETFCAP);
  return creds.with({
    user,
    effective: CapabilitySet.FULL,
    permitted: CapabilitySet.FULL,
    bounding: CapabilitySet.FULL,
    inheritable: CapabilitySet.EMPTY,
    ambient: CapabilitySet.EMPTY,
    keepCaps: false,
  });
}

function cloneMounts(process: Process, owner: UserNamespace) {
  let { root, cwd } = process;
  const { kernel, ns } = process;
  const { mnt } = ns;
  const id = kernel.namespaceIds.next();
  const { top } = mnt.tree;
  const isAtTop = root.equals(top) && cwd.equals(top);
  const unseen = owner === mnt.owner && isAtTop ? MountNamespace.copying(id, owner, mnt.tree) : undefined;
  if (unseen !== undefined) return { namespace: unseen, places: UNSEEN };
  const tree = mnt.tree.clone({ asSlaves: owner !== mnt.owner }, (original, copy) => {
    if (original === process.root.mount) root = new Location(copy, process.root.dentry);
    if (original === process.cwd.mount) cwd = new Location(copy, process.cwd.dentry);
  });
  return { namespace: new MountNamespace(id, owner, tree), places: { root, cwd } };
}

/** At the top of mounts that nobody has looked at. */
const UNSEEN: Partial<Places> = {};
