/** The disk that the recorder's client ran on: a few files, in memory, in the shape of `node:fs`. */
import { posix } from "node:path";
import type { RecordedFile } from "./recording.ts";

const TYPE = { file: 0o100000, dir: 0o040000, symlink: 0o120000 } as const;

interface Inode {
  readonly ino: number;
  readonly type: keyof typeof TYPE;
  readonly mode: number;
  readonly content: Uint8Array | string;
  mtimeMs: number;
  nlink: number;
}

export class ClientDisk {
  readonly #files = new Map<string, Inode>();
  #lastInode = 0;
  /** Every change of the disk happens a while after the one before. */
  #nowMs = Date.UTC(2025, 0, 1);

  /** Writes a file, making the directories on the way; what was there is replaced. Hard links are relative to `root`. */
  write(path: string, file: RecordedFile, root = "/"): void {
    this.#makeDirectory(posix.dirname(path));
    this.remove(path);
    if (typeof file === "object" && "hardlink" in file) {
      const target = this.#get(posix.resolve(root, file.hardlink), "link");
      target.nlink++;
      this.#files.set(path, target);
    } else this.#files.set(path, this.#inode(file));
  }

  remove(path: string): void {
    const inode = this.#files.get(path);
    if (inode !== undefined) inode.nlink--;
    this.#files.delete(path);
  }

  readdirSync(path: string): string[] {
    this.#get(path, "scandir");
    const prefix = path === "/" ? path : `${path}/`;
    return [...this.#files.keys()].flatMap((one) => {
      const name = one.startsWith(prefix) ? one.slice(prefix.length) : "";
      return name === "" || name.includes("/") ? [] : [name];
    });
  }

  readFileSync(path: string): Uint8Array {
    const { content, type } = this.#get(path, "open");
    if (type === "symlink") return this.readFileSync(posix.resolve(posix.dirname(path), String(content)));
    if (type === "dir") throw new Error(`EISDIR: illegal operation on a directory, read '${path}'`);
    return typeof content === "string" ? Buffer.from(content) : content;
  }

  writeFileSync(path: string, content: Uint8Array, { mode = 0o644 }: { readonly mode?: number } = {}): void {
    this.write(path, { base64: Buffer.from(content).toString("base64"), mode: mode.toString(8) });
  }

  mkdirSync(path: string, { mode = 0o755 }: { readonly mode?: number } = {}): void {
    if (!this.#files.has(path)) this.write(path, { dir: true, mode: mode.toString(8) });
  }

  symlinkSync(target: string, path: string): void {
    this.write(path, { symlink: target });
  }

  utimesSync(path: string, _atime: number, mtime: number): void {
    this.#get(path, "utime").mtimeMs = mtime * 1000;
  }

  readlinkSync(path: string): string {
    return String(this.#get(path, "readlink").content);
  }

  lstatSync(path: string) {
    const { type, mode, mtimeMs, ino, nlink } = this.#get(path, "lstat");
    return { mode: TYPE[type] | mode, mtimeMs, ino, nlink, dev: 1 };
  }

  #get(path: string, call: string): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined) throw new Error(`ENOENT: no such file or directory, ${call} '${path}'`);
    return inode;
  }

  #makeDirectory(path: string): void {
    if (this.#files.has(path)) return;
    if (path !== "/") this.#makeDirectory(posix.dirname(path));
    this.#files.set(path, this.#inode({ dir: true, mode: "0755" }));
  }

  #inode(file: Exclude<RecordedFile, { hardlink: string }>): Inode {
    this.#nowMs += 1000;
    const common = { ino: ++this.#lastInode, nlink: 1, mtimeMs: this.#nowMs };
    if (typeof file === "string") return { ...common, type: "file", mode: 0o644, content: file };
    if ("symlink" in file) return { ...common, type: "symlink", mode: 0o777, content: file.symlink };
    const mode = (standard: number): number => (file.mode === undefined ? standard : Number.parseInt(file.mode, 8));
    if ("dir" in file) return { ...common, type: "dir", mode: mode(0o755), content: "" };
    const content = "text" in file ? file.text : new Uint8Array(Buffer.from(file.base64, "base64"));
    return { ...common, type: "file", mode: mode(0o644), content };
  }
}
