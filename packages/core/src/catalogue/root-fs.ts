/**
 * Root file systems, written down: a layer is a list of files to which the directories above them come by themselves.
 */
import { executable } from "../abi/index.ts";
import type { LayerEntry } from "../content/index.ts";
import { encode } from "../lib/index.ts";

/** When the catalogue's images say they were made: 2025-01-01T00:00:00Z. */
export const CREATED = "2025-01-01T00:00:00Z";
/** The files are from the day before: older than anything that a world makes. */
const FILES_US = 1_735_603_200_000_000;

interface Attributes {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export class RootFs {
  readonly #entries = new Map<string, LayerEntry>();
  /** Directories of the layers below. */
  readonly #known: Set<string>;

  /** `below`: the layer that this one lies on. */
  constructor(below?: RootFs) {
    this.#known = new Set(below?.directories());
  }

  dir(path: string, { mode = 0o755, uid = 0, gid = 0 }: Attributes = {}): this {
    this.#makeParents(path);
    this.#add({ path: strip(path), type: "dir", mode, uid, gid, mtimeUs: FILES_US });
    this.#known.add(strip(path));
    return this;
  }

  dirs(...paths: readonly string[]): this {
    for (const path of paths) this.dir(path);
    return this;
  }

  file(path: string, content: string | Uint8Array, { mode = 0o644, uid = 0, gid = 0 }: Attributes = {}): this {
    this.#makeParents(path);
    const bytes = typeof content === "string" ? encode(content) : content;
    return this.#add({ path: strip(path), type: "file", mode, uid, gid, mtimeUs: FILES_US, content: bytes });
  }

  /** An executable that runs the program of that name. */
  program(path: string, name: string, attributes: Attributes = {}): this {
    return this.file(path, executable(name), { mode: 0o755, ...attributes });
  }

  /** Executables of that program under several names of a directory. */
  programs(directory: string, names: Iterable<string>, program: string): this {
    for (const name of names) this.program(`${directory}/${name}`, program);
    return this;
  }

  script(path: string, text: string): this {
    return this.file(path, text, { mode: 0o755 });
  }

  link(path: string, target: string): this {
    this.#makeParents(path);
    return this.#add({
      path: strip(path),
      type: "symlink",
      mode: 0o777,
      uid: 0,
      gid: 0,
      mtimeUs: FILES_US,
      link: target,
    });
  }

  /** Every directory that there is up to this layer. */
  directories(): ReadonlySet<string> {
    return this.#known;
  }

  /** In the order of their paths. */
  entries(): readonly LayerEntry[] {
    return [...this.#entries.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #add(entry: LayerEntry): this {
    this.#entries.set(entry.path, entry);
    return this;
  }

  #makeParents(path: string): void {
    const parts = strip(path).split("/").slice(0, -1);
    for (let length = 1; length <= parts.length; length++) {
      const parent = parts.slice(0, length).join("/");
      if (!this.#known.has(parent)) this.dir(parent);
    }
  }
}

const strip = (path: string): string => path.replace(/^\/+/, "");
