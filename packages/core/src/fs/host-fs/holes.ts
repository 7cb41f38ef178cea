/**
 * `Holes`: which pages of a file were never written.
 *
 * A disk tells how many blocks a file takes in a way of its own, or not at all; st_blocks is computed from this instead,
 * so that it is the same on every disk. What others do to a file is not followed: then it counts as having no holes.
 */
import { PAGE_SIZE } from "../../abi/index.ts";

/** Pages from `start` up to, not including, `end`. */
type Range = readonly [start: number, end: number];

export class Holes {
  #ranges: readonly Range[];

  constructor(ranges: readonly Range[] = []) {
    this.#ranges = ranges;
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  get pages(): number {
    return this.#ranges.reduce((sum, [start, end]) => sum + end - start, 0);
  }

  /** The file grew from `size` bytes to begin again, or to end, at `next`: whole pages between were skipped. */
  skip(size: number, next: number): void {
    const start = Math.ceil(size / PAGE_SIZE);
    const end = Math.ceil(next / PAGE_SIZE);
    if (start >= end) return;
    this.fill(start * PAGE_SIZE, end * PAGE_SIZE);
    this.#ranges = [...this.#ranges, [start, end]];
  }

  /** Bytes from `from` up to `to` were written. */
  fill(from: number, to: number): void {
    if (this.#ranges.length > 0) this.#cut(Math.floor(from / PAGE_SIZE), Math.ceil(to / PAGE_SIZE));
  }

  /** The file was cut to `size` bytes. */
  clip(size: number): void {
    if (this.#ranges.length > 0) this.#cut(Math.ceil(size / PAGE_SIZE), Number.POSITIVE_INFINITY);
  }

  clear(): void {
    this.#ranges = [];
  }

  #cut(start: number, end: number): void {
    const left = (range: Range): readonly Range[] => [
      [range[0], Math.min(range[1], start)],
      [Math.max(range[0], end), range[1]],
    ];
    this.#ranges = this.#ranges.flatMap(left).filter((range) => range[0] < range[1]);
  }
}
