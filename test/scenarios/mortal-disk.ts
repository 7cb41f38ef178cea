/** A disk of a process that is killed at one of its operations, in the middle of it where it has one. */
import { type ContentDisk, MemoryContentDisk } from "@bottleship/core/content";

export class MortalDisk implements ContentDisk {
  #disk = new MemoryContentDisk();
  readonly #lastOperation: number;
  /** Operations that change something, so far. */
  operations = 0;
  renames = 0;
  /** Whole states, so far: a file was synced and, under another name, renamed. */
  saved = 0;
  isAlive = true;
  onSaved: (copy: MemoryContentDisk) => void = () => {};
  readonly #names = new Map<number, string>();

  constructor(lastOperation = Number.POSITIVE_INFINITY) {
    this.#lastOperation = lastOperation;
  }

  /** What is left. */
  rest(): MemoryContentDisk {
    return copyOf(this.#disk);
  }

  existsSync(path: string): boolean {
    return this.#disk.existsSync(path);
  }

  statSync(path: string): { readonly size: number } {
    return this.#disk.statSync(path);
  }

  readFileSync(path: string): Uint8Array {
    return this.#disk.readFileSync(path);
  }

  openSync(path: string, flags: "a" | "w"): number {
    this.#operate();
    const fd = this.#disk.openSync(path, flags);
    this.#names.set(fd, path);
    return fd;
  }

  /** Half of it is written when the end comes. */
  writeSync(fd: number, buffer: Uint8Array): number {
    this.#operate(() => this.#disk.writeSync(fd, buffer.subarray(0, buffer.length >> 1)));
    return this.#disk.writeSync(fd, buffer);
  }

  fsyncSync(fd: number): void {
    this.#operate();
    this.#disk.fsyncSync(fd);
    if (this.#names.get(fd)?.endsWith(".new") !== true) this.#save();
  }

  closeSync(fd: number): void {
    this.#disk.closeSync(fd);
  }

  mkdirSync(path: string, options: { readonly recursive: true }): void {
    this.#operate();
    this.#disk.mkdirSync(path, options);
  }

  readdirSync(path: string): readonly string[] {
    return this.#disk.readdirSync(path);
  }

  renameSync(from: string, to: string): void {
    this.#operate();
    this.renames++;
    this.#disk.renameSync(from, to);
    this.#save();
  }

  unlinkSync(path: string): void {
    this.#operate();
    this.#disk.unlinkSync(path);
  }

  rmdirSync(path: string): void {
    this.#operate();
    this.#disk.rmdirSync(path);
  }

  #save(): void {
    this.saved++;
    this.onSaved(this.rest());
  }

  #operate(last: () => void = () => {}): void {
    if (this.isAlive && this.operations === this.#lastOperation) {
      this.isAlive = false;
      last();
    }
    if (!this.isAlive) throw new Error("the process was killed");
    this.operations++;
  }
}

export function copyOf(disk: MemoryContentDisk): MemoryContentDisk {
  const copy = new MemoryContentDisk();
  const visit = (path: string): void => {
    for (const name of disk.readdirSync(path === "" ? "/" : path)) {
      const at = `${path}/${name}`;
      if (isDirectory(disk, at)) {
        copy.mkdirSync(at, { recursive: true });
        visit(at);
      } else {
        const fd = copy.openSync(at, "w");
        copy.writeSync(fd, disk.readFileSync(at).slice());
        copy.closeSync(fd);
      }
    }
  };
  visit("");
  return copy;
}

function isDirectory(disk: MemoryContentDisk, path: string): boolean {
  try {
    disk.readdirSync(path);
    return true;
  } catch {
    return false;
  }
}
