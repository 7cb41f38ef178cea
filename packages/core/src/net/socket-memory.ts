/** What a socket keeps in its queues, in pages, and whom that is charged to. @see include/net/sock.h: sk_mem_charge */
import { PAGE_SIZE } from "../abi/index.ts";

export class SocketMemory {
  #bytes = 0;
  #pages = 0;
  #charge: ((pages: number) => void) | undefined;

  /** So many bytes more, or fewer, are queued. */
  add(bytes: number): void {
    this.#bytes += bytes;
    const pages = ((this.#bytes + PAGE_SIZE - 1) / PAGE_SIZE) | 0;
    if (pages === this.#pages) return;
    const change = pages - this.#pages;
    this.#pages = pages;
    this.#charge?.(change);
  }

  /** From now on `charge` is told of each change; at once, of what is queued already. */
  chargeTo(charge: (pages: number) => void): void {
    this.#charge = charge;
    if (this.#pages > 0) charge(this.#pages);
  }
}
