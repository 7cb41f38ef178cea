/**
 * Advisory locks on a file, held by open files: flock(2).
 *
 * @see flock(2), fs/locks.c
 */
import { WaitQueue } from "../sim/index.ts";

export class FileLocks {
  readonly released = new WaitQueue("flock");
  readonly #holders = new Map<object, "shared" | "exclusive">();

  /** Takes or converts a lock. False if another open file stands in the way; then a lock that was held is lost. */
  tryLock(holder: object, exclusive: boolean): boolean {
    this.unlock(holder);
    for (const kind of this.#holders.values()) if (exclusive || kind === "exclusive") return false;
    this.#holders.set(holder, exclusive ? "exclusive" : "shared");
    return true;
  }

  unlock(holder: object): void {
    if (this.#holders.delete(holder)) this.released.wakeAll();
  }
}
