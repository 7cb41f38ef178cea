/** What a network stack needs of the machine that it is in. */
import type { Clock, CostTable, Prng } from "../sim/index.ts";

export interface NetHost {
  readonly clock: Clock;
  readonly costs: CostTable;
  /** For sequence numbers, ports, MAC addresses and losses. */
  readonly random: Prng;
  /**
   * Calls `deliver` as soon as nothing else is going on, at the same time: how a packet comes back that was sent to
   * oneself. Calls are made one after the other, in the order in which they were asked for.
   */
  soon(deliver: () => void): void;
  /** A number that no other socket of the machine has. */
  nextSocketInode(): number;
}

/** A random MAC address of those that anybody may choose. */
export function randomMac(random: Prng): string {
  const bytes = [...random.bytes(6)];
  bytes[0] = ((bytes[0] ?? 0) & 0xfe) | 0x02;
  return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":");
}
