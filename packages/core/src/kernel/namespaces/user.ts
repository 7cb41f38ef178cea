/**
 * User namespaces: ids inside are others outside, and capabilities count only from the owner namespace downwards.
 *
 * Everywhere in the kernel ids are the machine's; they are translated where a program sees or says them.
 *
 * @see user_namespaces(7), kernel/user_namespace.c
 */
import { OVERFLOW_ID } from "../../abi/index.ts";
import { Namespace } from "./namespace.ts";

/** One line of a uid_map: `count` ids from `inside` are those from `outside` in the parent namespace. */
export interface IdExtent {
  readonly inside: number;
  readonly outside: number;
  readonly count: number;
}

const EVERY_ID: readonly IdExtent[] = [{ inside: 0, outside: 0, count: 4294967295 }];

export class UserNamespace extends Namespace {
  override get kind() {
    return "user" as const;
  }

  readonly parent: UserNamespace | undefined;
  readonly level: number;
  /** The user who made it, as the machine numbers users: in the parent namespace that user has every capability here. */
  readonly creatorUid: number;
  readonly creatorGid: number;
  #uids: readonly IdExtent[] | undefined;
  #gids: readonly IdExtent[] | undefined;
  /** Its maker had CAP_SETFCAP, and may map root of the parent namespace. */
  makerCouldMapRoot = true;
  /** "deny" forbids setgroups(2) for ever. */
  setgroups: "allow" | "deny" = "allow";

  constructor(id: number, parent: UserNamespace | undefined, creatorUid: number, creatorGid: number) {
    super(id, parent);
    this.parent = parent;
    this.level = parent === undefined ? 0 : parent.level + 1;
    this.creatorUid = creatorUid;
    this.creatorGid = creatorGid;
    if (parent === undefined) {
      this.#uids = EVERY_ID;
      this.#gids = EVERY_ID;
    } else this.setgroups = parent.setgroups;
  }

  override get owner(): UserNamespace {
    return this.parent ?? this;
  }

  get uidMap(): readonly IdExtent[] {
    return this.#uids ?? [];
  }

  get gidMap(): readonly IdExtent[] {
    return this.#gids ?? [];
  }

  get hasUidMap(): boolean {
    return this.#uids !== undefined;
  }

  get hasGidMap(): boolean {
    return this.#gids !== undefined;
  }

  mapUids(extents: readonly IdExtent[]): void {
    this.#uids = extents;
  }

  mapGids(extents: readonly IdExtent[]): void {
    this.#gids = extents;
  }

  /** The machine's uid for one of this namespace; `undefined` if it is not mapped. */
  uidToMachine(uid: number): number | undefined {
    return this.parent === undefined ? valid(uid) : toMachine(uid, this.uidMap, (id) => this.parent?.uidToMachine(id));
  }

  gidToMachine(gid: number): number | undefined {
    return this.parent === undefined ? valid(gid) : toMachine(gid, this.gidMap, (id) => this.parent?.gidToMachine(id));
  }

  /** This namespace's uid for one of the machine; `undefined` if it is not mapped. */
  uidFromMachine(uid: number): number | undefined {
    return this.parent === undefined ? uid : fromMachine(this.parent.uidFromMachine(uid), this.uidMap);
  }

  gidFromMachine(gid: number): number | undefined {
    return this.parent === undefined ? gid : fromMachine(this.parent.gidFromMachine(gid), this.gidMap);
  }

  /** As `uidFromMachine`, with the overflow id for what is not mapped: what a program is shown. */
  shownUid(uid: number): number {
    return this.parent === undefined ? uid : (this.uidFromMachine(uid) ?? OVERFLOW_ID);
  }

  shownGid(gid: number): number {
    return this.parent === undefined ? gid : (this.gidFromMachine(gid) ?? OVERFLOW_ID);
  }

  /** True if this is `other` or a descendant of it. */
  isWithin(other: UserNamespace): boolean {
    for (let at: UserNamespace | undefined = this; at !== undefined; at = at.parent) if (at === other) return true;
    return false;
  }
}

/** An id that there can be: 32 bits, of which all set means none. */
function valid(id: number): number | undefined {
  return Number.isInteger(id) && id >= 0 && id < 4294967295 ? id : undefined;
}

function toMachine(id: number, map: readonly IdExtent[], up: (id: number) => number | undefined): number | undefined {
  const extent = map.find(({ inside, count }) => id >= inside && id < inside + count);
  return extent === undefined ? undefined : up(extent.outside + (id - extent.inside));
}

function fromMachine(id: number | undefined, map: readonly IdExtent[]): number | undefined {
  if (id === undefined) return undefined;
  const extent = map.find(({ outside, count }) => id >= outside && id < outside + count);
  return extent === undefined ? undefined : extent.inside + (id - extent.outside);
}
