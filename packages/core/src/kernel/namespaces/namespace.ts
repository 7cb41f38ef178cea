/** What every namespace has: a kind, an identity that `/proc/PID/ns/*` shows, and a user namespace that owns it. */
import type { NamespaceKind } from "../../abi/index.ts";
import type { UserNamespace } from "./user.ts";

/** Inode numbers of the first namespaces of a machine. @see include/uapi/linux/nsfs.h, include/linux/proc_ns.h */
const INITIAL_IDS: Readonly<Record<NamespaceKind, number>> = {
  time: 4026531834,
  cgroup: 4026531835,
  pid: 4026531836,
  user: 4026531837,
  uts: 4026531838,
  ipc: 4026531839,
  net: 4026531840,
  mnt: 4026531841,
};

const FIRST_ID = INITIAL_IDS.time;

/** Hands out namespace ids: fixed ones for a machine's first namespaces, then ascending. */
export class NamespaceIds {
  #next = 4026532177;

  initial(kind: NamespaceKind): number {
    return INITIAL_IDS[kind];
  }

  next(): number {
    return this.#next++;
  }
}

export abstract class Namespace {
  abstract readonly kind: NamespaceKind;
  /** The id less that of the first: ids are too large for V8's small integers, so that each would be an object. */
  readonly #number: number;
  readonly #owner: UserNamespace | undefined;

  constructor(id: number, owner: UserNamespace | undefined) {
    this.#number = id - FIRST_ID;
    this.#owner = owner;
  }

  /** Inode number in nsfs. */
  get id(): number {
    return FIRST_ID + this.#number;
  }

  /** The user namespace whose capabilities count here. */
  get owner(): UserNamespace {
    return this.#owner as UserNamespace;
  }

  /** Something leads here that is no process: an open file, a mount. */
  hold(): void {}

  letGo(): void {}
}
