/**
 * IP virtual servers: what a stack answers for others. The first packet of a connection that carries a server's mark is
 * given to one of its real servers, in turn; all others follow it, as connection tracking translates them.
 *
 * Unlike Linux's, servers are told apart by their marks only, and connections live as long as their tracking does.
 *
 * @see ipvsadm(8), net/netfilter/ipvs/ip_vs_core.c, ip_vs_ctl.c, ip_vs_rr.c
 */
import type { Body } from "./packet.ts";

interface RealServer {
  readonly address: string;
  /** With none it keeps its connections, and gets no new ones. */
  weight: number;
}

export class VirtualServer {
  /** That of the packets that are for it. */
  readonly mark: number;
  /** The newest first. */
  readonly #servers: RealServer[] = [];
  /** The place of who had the last turn. */
  #last = -1;

  constructor(mark: number) {
    this.mark = mark;
  }

  /** A real server more; or one that is known, with another weight. */
  set(address: string, weight: number): void {
    const known = this.#servers.find((server) => server.address === address);
    if (known !== undefined) {
      known.weight = weight;
      return;
    }
    this.#servers.unshift({ address, weight });
    if (this.#last >= 0) this.#last++;
  }

  delete(address: string): void {
    const at = this.#servers.findIndex((server) => server.address === address);
    if (at < 0) return;
    this.#servers.splice(at, 1);
    if (at <= this.#last) this.#last--;
  }

  /** Who has the next turn; `undefined` if nobody takes connections. */
  next(): string | undefined {
    const { length } = this.#servers;
    for (let step = 1; step <= length; step++) {
      const at = (this.#last + step) % length;
      const server = this.#servers[at];
      if (server === undefined || server.weight === 0) continue;
      this.#last = at;
      return server.address;
    }
    return undefined;
  }

  /** As ipvsadm lists them. */
  list(): readonly Readonly<RealServer>[] {
    return this.#servers;
  }
}

/** Whether a packet can be the first of a connection that is passed on. */
export const opensConnection = (body: Body): boolean =>
  body.protocol === "udp" || (body.protocol === "tcp" && body.syn && !body.ack);
