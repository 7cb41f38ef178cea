/**
 * What the three kinds of System V objects have in common: keys, numbers, owners and permissions.
 *
 * @see sysvipc(7), ipc/util.c
 */
import {
  CAP_IPC_OWNER,
  CAP_SYS_ADMIN,
  Errno,
  IPC_CREAT,
  IPC_EXCL,
  IPC_PRIVATE,
  type IpcSettings,
  type IpcStatus,
} from "../../abi/index.ts";
import type { Process } from "../process.ts";

/** Numbers below this are places in the table; above are counts of how often a place was used. @see ipc/util.h: IPCMNI_SHIFT */
const PLACES = 32_768;
const READ = 0o444;

export abstract class IpcObject {
  id = -1;
  key: number;
  mode: number;
  uid: number;
  gid: number;
  readonly cuid: number;
  readonly cgid: number;
  ctimeUs: number;
  isRemoved = false;

  constructor({ creds, kernel }: Process, key: number, flags: number) {
    this.key = key;
    this.mode = flags & 0o777;
    this.uid = creds.effectiveUid;
    this.gid = creds.effectiveGid;
    this.cuid = creds.effectiveUid;
    this.cgid = creds.effectiveGid;
    this.ctimeUs = kernel.nowUs;
  }
}

export class IpcTable<T extends IpcObject> {
  readonly #objects = new Map<number, T>();
  #lastPlace = -1;
  #round = 0;

  get size(): number {
    return this.#objects.size;
  }

  values(): Iterable<T> {
    return this.#objects.values();
  }

  /** @throws EINVAL */
  get(id: number): T {
    const found = this.#objects.get(id);
    if (found === undefined) throw new Errno("EINVAL");
    return found;
  }

  /**
   * The object behind `key`, made if it is new or private and `flags` say so.
   *
   * @throws ENOENT, EEXIST, EACCES; ENOSPC if there are `most` already; and what `check` and `make` throw.
   */
  obtain(
    process: Process,
    key: number,
    flags: number,
    { most, make, check }: { readonly most: number; readonly make: () => T; readonly check?: (found: T) => void },
  ): T {
    const found = key === IPC_PRIVATE ? undefined : [...this.#objects.values()].find((object) => object.key === key);
    if (found !== undefined) {
      if ((flags & IPC_CREAT) !== 0 && (flags & IPC_EXCL) !== 0) throw new Errno("EEXIST");
      check?.(found);
      checkIpcAccess(process, found, flags);
      return found;
    }
    if (key !== IPC_PRIVATE && (flags & IPC_CREAT) === 0) throw new Errno("ENOENT");
    const made = make();
    if (this.size >= Math.min(most, PLACES)) throw new Errno("ENOSPC");
    this.#give(made);
    return made;
  }

  remove(object: T): void {
    this.#objects.delete(object.id);
    object.isRemoved = true;
  }

  #give(object: T): void {
    do {
      this.#lastPlace++;
      if (this.#lastPlace === PLACES) {
        this.#lastPlace = 0;
        this.#round = (this.#round + 1) % PLACES;
      }
      object.id = this.#round * PLACES + this.#lastPlace;
    } while (this.#objects.has(object.id));
    this.#objects.set(object.id, object);
  }
}

/** @throws EACCES if `wanted`, in any of its three places, is more than the caller has. @see ipc/util.c:ipcperms */
export function checkIpcAccess({ creds, ns }: Process, object: IpcObject, wanted: number): void {
  const asked = (wanted >> 6) | (wanted >> 3) | wanted;
  const owns = creds.effectiveUid === object.cuid || creds.effectiveUid === object.uid;
  const shares = creds.inGroup(object.cgid) || creds.inGroup(object.gid);
  const granted = object.mode >> (owns ? 6 : shares ? 3 : 0);
  if ((asked & ~granted & 7) !== 0 && !creds.capable(CAP_IPC_OWNER, ns.ipc.owner)) throw new Errno("EACCES");
}

/** @throws EPERM for who is neither owner nor maker. */
export function checkIpcOwner({ creds, ns }: Process, object: IpcObject): void {
  if (creds.effectiveUid === object.cuid || creds.effectiveUid === object.uid) return;
  if (!creds.capable(CAP_SYS_ADMIN, ns.ipc.owner)) throw new Errno("EPERM");
}

/** IPC_STAT's part that all kinds have. @throws EACCES */
export function ipcStatus(process: Process, object: IpcObject): IpcStatus {
  checkIpcAccess(process, object, READ);
  const { user } = process.creds;
  return {
    key: object.key,
    uid: user.shownUid(object.uid),
    gid: user.shownGid(object.gid),
    cuid: user.shownUid(object.cuid),
    cgid: user.shownGid(object.cgid),
    mode: object.mode,
    ctimeUs: object.ctimeUs,
  };
}

/** IPC_SET. @throws EPERM; EINVAL for ids that are not mapped */
export function setIpc(process: Process, object: IpcObject, settings: IpcSettings | undefined): void {
  checkIpcOwner(process, object);
  if (settings === undefined) throw new Errno("EFAULT");
  const { user } = process.creds;
  const uid = user.uidToMachine(settings.uid);
  const gid = user.gidToMachine(settings.gid);
  if (uid === undefined || gid === undefined) throw new Errno("EINVAL");
  object.uid = uid;
  object.gid = gid;
  object.mode = (object.mode & ~0o777) | (settings.mode & 0o777);
  object.ctimeUs = process.kernel.nowUs;
}
