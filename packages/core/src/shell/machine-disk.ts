/**
 * The machine's files in the shape of `node:fs`, as far as docker's command line asks: where `docker build .`, `cp` and
 * `save -o` find and leave what they work on. Everything is done as the machine's root.
 */
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, PERMISSION_BITS } from "../abi/index.ts";
import type { Kernel } from "../kernel/index.ts";
import { concat, dirname } from "../lib/index.ts";
import { attributes, directory, find, type OpenFile, open, walk } from "../vfs/index.ts";

const BLOCK = 1 << 20;
const ENTRIES = 1 << 30;

interface MakeDirectoryOptions {
  readonly recursive?: boolean;
  readonly mode?: number;
}

interface MachineStat {
  readonly mode: number;
  readonly mtimeMs: number;
  readonly size: number;
  readonly nlink: number;
  readonly ino: number;
}

export class MachineDisk {
  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  readdirSync(path: string): readonly string[] {
    const names = this.#use(path, O_RDONLY, 0, (file) => file.readEntries(ENTRIES).map(({ name }) => name));
    return names.filter((name) => name !== "." && name !== "..");
  }

  readFileSync(path: string): Uint8Array {
    return this.#use(path, O_RDONLY, 0, (file) => {
      const parts: Uint8Array[] = [];
      for (let part = file.read(BLOCK); part !== undefined && part.length > 0; part = file.read(BLOCK))
        parts.push(part);
      return concat(parts);
    });
  }

  lstatSync(path: string): MachineStat {
    const { mode, mtimeUs, size, nlink, ino } = walk(this.#kernel.init, path, { follow: false }).inode.stat();
    return { mode, mtimeMs: mtimeUs / 1000, size, nlink, ino };
  }

  readlinkSync(path: string): string {
    return walk(this.#kernel.init, path, { follow: false }).inode.readlink();
  }

  writeFileSync(path: string, content: Uint8Array, { mode = 0o644 }: { readonly mode?: number } = {}): void {
    this.#use(path, O_WRONLY | O_CREAT | O_TRUNC, mode, (file) => {
      for (let rest = content; rest.length > 0; ) rest = rest.subarray(file.write(rest) ?? rest.length);
    });
    if (mode !== 0o644) this.#chmod(path, mode);
  }

  mkdirSync(path: string, { recursive = false, mode = 0o755 }: MakeDirectoryOptions = {}): void {
    const { init } = this.#kernel;
    if (recursive) {
      if (find(init, path, { follow: true }) !== undefined) return;
      this.mkdirSync(dirname(path), { recursive });
    }
    directory.mkdir(init, path, mode);
  }

  symlinkSync(target: string, path: string): void {
    directory.symlink(this.#kernel.init, target, path);
  }

  #chmod(path: string, mode: number): void {
    const { init } = this.#kernel;
    attributes.chmod(init.creds, walk(init, path, { follow: true }), mode & PERMISSION_BITS);
  }

  #use<T>(path: string, flags: number, mode: number, work: (file: OpenFile) => T): T {
    const file = open(this.#kernel.init, path, flags, mode);
    try {
      return work(file);
    } finally {
      file.release();
    }
  }
}
