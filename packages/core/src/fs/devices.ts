/**
 * The memory devices: null, zero, full, random, urandom.
 *
 * @see null(4), full(4), random(4), Documentation/admin-guide/devices.txt
 */
import { Errno, makedev } from "../abi/index.ts";
import { NO_BYTES } from "../lib/index.ts";
import type { Prng } from "../sim/index.ts";
import { FileOps } from "../vfs/index.ts";

/** Answers for one character device. @throws ENXIO if the device is not there. */
export type DeviceDriver = (flags: number) => FileOps;

export const NULL_DEVICE = makedev(1, 3);
const ZERO_DEVICE = makedev(1, 5);
const FULL_DEVICE = makedev(1, 7);
const RANDOM_DEVICE = makedev(1, 8);
const URANDOM_DEVICE = makedev(1, 9);
export const TTY_DEVICE = makedev(5, 0);
export const PTMX_DEVICE = makedev(5, 2);

/** Drivers of the memory devices by device number; random bytes come from `prng`. */
export function memoryDevices(prng: Prng): Map<number, DeviceDriver> {
  const random = new RandomOps(prng);
  return new Map([
    [NULL_DEVICE, () => NULL],
    [ZERO_DEVICE, () => ZERO],
    [FULL_DEVICE, () => FULL],
    [RANDOM_DEVICE, () => random],
    [URANDOM_DEVICE, () => random],
  ]);
}

class NullOps extends FileOps {
  override get seekable(): boolean {
    return true;
  }

  override get advances(): boolean {
    return false;
  }

  override read(_count: number): Uint8Array {
    return NO_BYTES;
  }

  override write(data: Uint8Array): number {
    return data.length;
  }
}

class ZeroOps extends NullOps {
  override read(count: number): Uint8Array {
    return new Uint8Array(count);
  }
}

class FullOps extends ZeroOps {
  override write(): never {
    throw new Errno("ENOSPC");
  }
}

class RandomOps extends NullOps {
  readonly #prng: Prng;

  constructor(prng: Prng) {
    super();
    this.#prng = prng;
  }

  override get isComputed(): boolean {
    return true;
  }

  override read(count: number): Uint8Array {
    return this.#prng.bytes(count);
  }
}

const NULL = new NullOps();
const ZERO = new ZeroOps();
const FULL = new FullOps();
