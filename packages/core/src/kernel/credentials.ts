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

const NO_CHANGE: Partial<CredentialsInit> = {};

/** One remembered change: what it named, and the credentials that it made. */
interface Step {
  readonly change: Partial<CredentialsInit>;
  /** How many fields the change names. */
  readonly size: number;
  readonly made: Credentials;
}

/** How many changes of the same credentials are remembered. */
const STEPS = 8;

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
  /** Changes made before: processes that start alike go through the same ones, and so share the results. */
  #steps: Step[] | undefined;

  /** What `change` leaves out is taken from `base`. */
  constructor(base: CredentialsInit, change: Partial<CredentialsInit> = NO_CHANGE) {
    this.realUid = change.realUid ?? base.realUid;
    this.effectiveUid = change.effectiveUid ?? base.effectiveUid;
    this.savedUid = change.savedUid ?? base.savedUid;
    this.realGid = change.realGid ?? base.realGid;
    this.effectiveGid = change.effectiveGid ?? base.effectiveGid;
    this.savedGid = change.savedGid ?? base.savedGid;
    this.groups = change.groups ?? base.groups;
    this.user = change.user ?? base.user;
    this.effective = change.effective ?? base.effective;
    this.permitted = change.permitted ?? base.permitted;
    this.inheritable = change.inheritable ?? base.inheritable;
    this.bounding = change.bounding ?? base.bounding;
    this.ambient = change.ambient ?? base.ambient;
    this.keepCaps = change.keepCaps ?? base.keepCaps;
    this.noNewPrivs = change.noNewPrivs ?? base.noNewPrivs;
  }

  /** Root of a machine. */
  static root(user: UserNamespace, capabilities: CapabilitySet): Credentials {
    return new Credentials({
      realUid: 0,
      effectiveUid: 0,
      savedUid: 0,
      realGid: 0,
      effectiveGid: 0,
      savedGid: 0,
      groups: [],
      user,
      effective: capabilities,
      permitted: capabilities,
      inheritable: CapabilitySet.EMPTY,
      bounding: capabilities,
      ambient: CapabilitySet.EMPTY,
      keepCaps: false,
      noNewPrivs: false,
    });
  }

  with(change: Partial<CredentialsInit>): Credentials {
    for (const step of this.#steps ?? NO_STEPS) if (isSameChange(step, change)) return step.made;
    const made = this.#isLike(this, change) ? this : new Credentials(this, change);
    if (this.#steps === undefined || this.#steps.length === STEPS) this.#steps = [];
    this.#steps.push({ change, size: Object.keys(change).length, made });
    return made;
  }

  /** True if `new Credentials(base, change)` would be the same as these. */
  #isLike(base: CredentialsInit, change: Partial<CredentialsInit>): boolean {
    return (
      this.realUid === (change.realUid ?? base.realUid) &&
      this.effectiveUid === (change.effectiveUid ?? base.effectiveUid) &&
      this.savedUid === (change.savedUid ?? base.savedUid) &&
      this.realGid === (change.realGid ?? base.realGid) &&
      this.effectiveGid === (change.effectiveGid ?? base.effectiveGid) &&
      this.savedGid === (change.savedGid ?? base.savedGid) &&
      this.user === (change.user ?? base.user) &&
      this.keepCaps === (change.keepCaps ?? base.keepCaps) &&
      this.noNewPrivs === (change.noNewPrivs ?? base.noNewPrivs) &&
      this.effective.equals(change.effective ?? base.effective) &&
      this.permitted.equals(change.permitted ?? base.permitted) &&
      this.inheritable.equals(change.inheritable ?? base.inheritable) &&
      this.bounding.equals(change.bounding ?? base.bounding) &&
      this.ambient.equals(change.ambient ?? base.ambient) &&
      areEqual(this.groups, change.groups ?? base.groups)
    );
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

  capableOnMachine(capability: Capability): boolean {
    return this.user.parent === undefined && this.effective.has(capability);
  }

  capableOver(inode: Inode, capability: Capability): boolean {
    if (!this.effective.has(capability)) return false;
    if (this.user.parent === undefined) return true;
    return this.user.uidFromMachine(inode.uid) !== undefined && this.user.gidFromMachine(inode.gid) !== undefined;
  }
}

const NO_STEPS: readonly Step[] = [];

function isSameChange({ change: known, size }: Step, change: Partial<CredentialsInit>): boolean {
  let fields = 0;
  for (const field in change) {
    const key = field as keyof CredentialsInit;
    if (!isSameValue(known[key], change[key])) return false;
    fields++;
  }
  return fields === size;
}

function isSameValue(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (one instanceof CapabilitySet) return other instanceof CapabilitySet && one.equals(other);
  return Array.isArray(one) && Array.isArray(other) && areEqual(one, other);
}

function areEqual(some: readonly number[], others: readonly number[]): boolean {
  return some === others || (some.length === others.length && some.every((gid, index) => gid === others[index]));
}
