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

/** A random MAC address of those that anybody may choose. Each start of a container takes one: nothing else is made. */
export function randomMac(random: Prng): string {
  const first = random.next();
  const last = random.next();
  const a = (first & 0xfe) | 0x02;
  return String.fromCharCode(
    digit(a >>> 4),
    digit(a),
    COLON,
    digit(first >>> 12),
    digit(first >>> 8),
    COLON,
    digit(first >>> 20),
    digit(first >>> 16),
    COLON,
    digit(first >>> 28),
    digit(first >>> 24),
    COLON,
    digit(last >>> 4),
    digit(last),
    COLON,
    digit(last >>> 12),
    digit(last >>> 8),
  );
}

const COLON = 58;
const ZERO = 48;
const A = 97;

/** The character of a hexadecimal digit: of the last four bits. */
function digit(bits: number): number {
  const value = bits & 15;
  return value < 10 ? ZERO + value : A + value - 10;
}
