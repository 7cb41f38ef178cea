/**
 * Credentials: who a process is and what it may do. Immutable; changing calls make new ones (Linux's copy_creds).
 *
 * @see credentials(7), capabilities(7), security/commoncap.c
 */
import { type Capability, CapabilitySet } from "../abi/index.ts";
import type { FsCredentials, Inode } from "../vfs/index.ts";
import type { UserNamespace } from "./namespaces/user.ts";

export interface CapabilitySets {
  readonly effective: CapabilitySet;
  readonly permitted: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly bounding: CapabilitySet;
  readonly ambient: CapabilitySet;
}

/** Everything that `Credentials` holds; ids are the machine's. */
export interface CredentialsInit extends CapabilitySets {
  readonly realUid: number;
  readonly effectiveUid: number;
  readonly savedUid: number;
  readonly realGid: number;
  readonly effectiveGid: number;
  readonly savedGid: number;
  readonly groups: readonly number[];
  readonly user: UserNamespace;
  /** PR_SET_KEEPCAPS: permitted capabilities outlive the change from root to another user. */
  readonly keepCaps: boolean;
  readonly noNewPrivs: boolean;
}

export class Credentials implements FsCredentials, CredentialsInit {
  readonly realUid: number;
  readonly effectiveUid: number;
  readonly savedUid: number;
  readonly realGid: number;
  readonly effectiveGid: number;
  readonly savedGid: number;
  readonly groups: readonly number[];
  readonly user: UserNamespace;
  readonly effective: CapabilitySet;
  readonly permitted: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly bounding: CapabilitySet;
  readonly ambient: CapabilitySet;
  readonly keepCaps: boolean;
  readonly noNewPrivs: boolean;

  constructor(init: CredentialsInit) {
    this.realUid = init.realUid;
    this.effectiveUid = init.effectiveUid;
    this.savedUid = init.savedUid;
    this.realGid = init.realGid;
    this.effectiveGid = init.effectiveGid;
    this.savedGid = init.savedGid;
    this.groups = init.groups;
    this.user = init.user;
    this.effective = init.effective;
    this.permitted = init.permitted;
    this.inheritable = init.inheritable;
    this.bounding = init.bounding;
    this.ambient = init.ambient;
    this.keepCaps = init.keepCaps;
    this.noNewPrivs = init.noNewPrivs;
  }

  /** Root of a machine. */
  static root(user: UserNamespace): Credentials {
    return new Credentials({
      realUid: 0,
      effectiveUid: 0,
      savedUid: 0,
      realGid: 0,
      effectiveGid: 0,
      savedGid: 0,
      groups: [],
      user,
      effective: CapabilitySet.FULL,
      permitted: CapabilitySet.FULL,
      inheritable: CapabilitySet.EMPTY,
      bounding: CapabilitySet.FULL,
      ambient: CapabilitySet.EMPTY,
      keepCaps: false,
      noNewPrivs: false,
    });
  }

  with(change: Partial<CredentialsInit>): Credentials {
    return new Credentials({ ...(this as CredentialsInit), ...change });
  }

  /** The fsuid: Bottleship never lets it differ from the effective uid. */
  get uid(): number {
    return this.effectiveUid;
  }

  get gid(): number {
    return this.effectiveGid;
  }

  inGroup(gid: number): boolean {
    return gid === this.effectiveGid || this.groups.includes(gid);
  }

  /**
   * True if `capability` is effective in the namespace `target`: held in it or in an ancestor, or held as the user who
   * made it.
   *
   * @see kernel: security/commoncap.c:cap_capable
   */
  capable(capability: Capability, target: UserNamespace): boolean {
    for (let at: UserNamespace | undefined = target; at !== undefined; at = at.parent) {
      if (at === this.user) return this.effective.has(capability);
      if (at.level <= this.user.level) return false;
      if (at.parent === this.user && at.creatorUid === this.effectiveUid) return true;
    }
    return false;
  }

  capableOver(inode: Inode, capability: Capability): boolean {
    if (!this.effective.has(capability)) return false;
    if (this.user.parent === undefined) return true;
    return this.user.uidFromMachine(inode.uid) !== undefined && this.user.gidFromMachine(inode.gid) !== undefined;
  }
}
