/**
 * Calls on who a process is: user, group and capability ids. Programs see ids of their user namespace.
 *
 * @see credentials(7), setresuid(2), setgroups(2), capget(2), security/commoncap.c:cap_task_fix_setuid
 */
import { CAP_SETGID, CAP_SETPCAP, CAP_SETUID, CapabilitySet, Errno, NGROUPS_MAX } from "../../abi/index.ts";
import type { Credentials } from "../credentials.ts";
import { find } from "./processes.ts";
import type { SyscallTable } from "./table.ts";

export const identityCalls = {
  getresuid: ({ creds }) => ({
    real: creds.user.shownUid(creds.realUid),
    effective: creds.user.shownUid(creds.effectiveUid),
    saved: creds.user.shownUid(creds.savedUid),
  }),

  getresgid: ({ creds }) => ({
    real: creds.user.shownGid(creds.realGid),
    effective: creds.user.shownGid(creds.effectiveGid),
    saved: creds.user.shownGid(creds.savedGid),
  }),

  setresuid: (process, real, effective, saved) => {
    const { creds } = process;
    const old = [creds.realUid, creds.effectiveUid, creds.savedUid];
    const privileged = creds.capable(CAP_SETUID, creds.user);
    const choose = (id: number, current: number): number =>
      id === -1 ? current : checkId(creds.user.uidToMachine(id), old, privileged);
    const realUid = choose(real, creds.realUid);
    const effectiveUid = choose(effective, creds.effectiveUid);
    const savedUid = choose(saved, creds.savedUid);
    process.creds = fixCapabilities(creds, creds.with({ realUid, effectiveUid, savedUid }));
  },

  setresgid: (process, real, effective, saved) => {
    const { creds } = process;
    const old = [creds.realGid, creds.effectiveGid, creds.savedGid];
    const privileged = creds.capable(CAP_SETGID, creds.user);
    const choose = (id: number, current: number): number =>
      id === -1 ? current : checkId(creds.user.gidToMachine(id), old, privileged);
    const realGid = choose(real, creds.realGid);
    const effectiveGid = choose(effective, creds.effectiveGid);
    const savedGid = choose(saved, creds.savedGid);
    process.creds = creds.with({ realGid, effectiveGid, savedGid });
  },

  getgroups: ({ creds }) => creds.groups.map((gid) => creds.user.shownGid(gid)),

  setgroups: (process, groups) => {
    const { creds } = process;
    const mayset = creds.user.setgroups === "allow" && creds.user.hasGidMap;
    if (!mayset || !creds.capable(CAP_SETGID, creds.user)) throw new Errno("EPERM");
    if (groups.length > NGROUPS_MAX) throw new Errno("EINVAL");
    const machine: number[] = [];
    let isSorted = true;
    for (const gid of groups) {
      const mapped = creds.user.gidToMachine(gid);
      if (mapped === undefined) throw new Errno("EINVAL");
      isSorted &&= mapped >= (machine.at(-1) ?? 0);
      machine.push(mapped);
    }
    // Linux keeps them sorted, to find one quickly.
    process.creds = creds.with({ groups: isSorted ? machine : machine.sort((a, b) => a - b) });
  },

  capget: (process, pid) => {
    const { effective, permitted, inheritable } = find(process, pid).creds;
    return { effective, permitted, inheritable };
  },

  capset: (process, { effective, permitted, inheritable }) => {
    const { creds } = process;
    const allowed = creds.inheritable.union(creds.permitted);
    if (!creds.permitted.includes(permitted) || !permitted.includes(effective)) throw new Errno("EPERM");
    if (!creds.capable(CAP_SETPCAP, creds.user) && !allowed.includes(inheritable)) throw new Errno("EPERM");
    if (!creds.inheritable.union(creds.bounding).includes(inheritable)) throw new Errno("EPERM");
    const ambient = creds.ambient.intersect(permitted).intersect(inheritable);
    process.creds = creds.with({ effective, permitted, inheritable, ambient });
  },
} satisfies Partial<SyscallTable>;

/** @throws EINVAL for an id that is not mapped, EPERM for one that is none of the old ones without the capability. */
function checkId(id: number | undefined, old: readonly number[], privileged: boolean): number {
  if (id === undefined) throw new Errno("EINVAL");
  if (!privileged && !old.includes(id)) throw new Errno("EPERM");
  return id;
}

/** Leaving root costs the capabilities, unless PR_SET_KEEPCAPS; becoming root again gives back the effective ones. */
function fixCapabilities(before: Credentials, after: Credentials): Credentials {
  if (before === after) return after;
  const root = before.user.uidToMachine(0);
  const hadRoot = [before.realUid, before.effectiveUid, before.savedUid].includes(root as number);
  const hasRoot = [after.realUid, after.effectiveUid, after.savedUid].includes(root as number);
  let { permitted, effective, ambient } = after;
  if (hadRoot && !hasRoot) {
    if (!before.keepCaps) {
      permitted = CapabilitySet.EMPTY;
      effective = CapabilitySet.EMPTY;
    }
    ambient = CapabilitySet.EMPTY;
  }
  if (before.effectiveUid === root && after.effectiveUid !== root) effective = CapabilitySet.EMPTY;
  if (before.effectiveUid !== root && after.effectiveUid === root) effective = permitted;
  return after.with({ permitted, effective, ambient });
}
