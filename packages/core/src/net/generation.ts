/**
 * The generation of a stack's configuration. What was worked out about the way of packets holds for one generation: every
 * change of rules, routes, addresses, devices or of who is a neighbour begins the next.
 *
 * @see include/net/net_namespace.h: rt_genid_bump_all
 */
export class Generation {
  #number = 0;

  get number(): number {
    return this.#number;
  }

  /** Something has changed that decides about packets. */
  next(): void {
    this.#number++;
  }
}
