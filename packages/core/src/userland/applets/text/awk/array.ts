/**
 * An awk array: cells by name, walked in the order of busybox's hash table.
 *
 * `for (k in a)` shows that order, so the table is kept as busybox keeps it: chains that grow at their head, and a larger
 * table once there are eight elements a chain.
 */
import { Cell } from "./cell.ts";

const SIZES = [61, 251, 1021, 4093, 16381, 65521] as const;
const LOAD = 8;

export class AwkArray {
  readonly #cells = new Map<string, Cell>();
  #size = 0;
  /** Names by chain, the newest last. */
  #chains: string[][] = chains(SIZES[0]);
  /** About how many bytes the elements take. */
  bytes = 0;

  get length(): number {
    return this.#cells.size;
  }

  has(name: string): boolean {
    return this.#cells.has(name);
  }

  /** The element, made if there is none. */
  get(name: string): Cell {
    const known = this.#cells.get(name);
    if (known !== undefined) return known;
    const cell = new Cell();
    this.#cells.set(name, cell);
    this.bytes += 100 + name.length;
    if (this.#cells.size > this.#chains.length * LOAD) this.#grow();
    this.#chain(name).push(name);
    return cell;
  }

  delete(name: string): void {
    if (!this.#cells.delete(name)) return;
    const chain = this.#chain(name);
    chain.splice(chain.indexOf(name), 1);
    this.bytes -= 100 + name.length;
  }

  clear(): void {
    this.#cells.clear();
    this.#chains = chains(this.#chains.length);
    this.bytes = 0;
  }

  /** The names in walking order. */
  names(): string[] {
    return this.#chains.flatMap((chain) => chain.toReversed());
  }

  #chain(name: string): string[] {
    return this.#chains[hash(name) % this.#chains.length] as string[];
  }

  #grow(): void {
    const size = SIZES[this.#size + 1];
    if (size === undefined) return;
    this.#size++;
    const names = this.names();
    this.#chains = chains(size);
    for (const name of names) this.#chain(name).push(name);
  }
}

const chains = (count: number): string[][] => Array.from({ length: count }, () => []);

/** Bytes count as signed, as `char` does. */
function hash(name: string): number {
  let sum = 0;
  for (let i = 0; i < name.length; i++) sum = (Math.imul(sum, 63) + ((name.charCodeAt(i) << 24) >> 24)) | 0;
  return sum >>> 0;
}
