/**
 * The content store: blobs by their digests, laid out on a disk as an OCI image layout.
 *
 * `blobs/ALGORITHM/HEX` are complete and immutable, for they are written elsewhere and renamed. What is not of this
 * process's own making is hashed before it is first believed, so that a file that a crash has torn is found out.
 * `index.json` names what is kept; `collect` removes what cannot be reached from there.
 *
 * @see OCI image-spec image-layout.md; containerd core/content, plugins/content/local
 */
import { type Bytes, Chunks, decode, StatusError, sha256 } from "../lib/index.ts";
import {
  type ContentDigest,
  type Descriptor,
  type DigestAlgorithm,
  digestLike,
  digestParts,
  documentBytes,
  IMAGE_LAYOUT_VERSION,
  isContentDigest,
} from "../oci/index.ts";
import type { ContentDisk } from "./content-disk.ts";
import { asBytes, chunksAt, Ingest } from "./ingest.ts";
import { LayoutIndex } from "./layout-index.ts";
import { reachable } from "./reachable.ts";
import { NEW, replaceFile, writeFile } from "./replace-file.ts";

/** A blob that is there; `size` in bytes. */
export interface ContentInfo {
  readonly digest: ContentDigest;
  readonly size: number;
  readonly labels: ReadonlyMap<string, string>;
}

/** A blob that is being written: its name until then, and how many bytes have come. */
export interface IngestStatus {
  readonly ref: string;
  readonly offset: number;
}

/** How a blob is to be written. */
export interface IngestOptions {
  /** The algorithm of the digest that the content is going to have. Default "sha256". */
  readonly algorithm?: DigestAlgorithm;
}

/** A blob with this label is kept, and what it leads to. @see containerd docs/garbage-collection.md */
export const GC_ROOT_LABEL = "containerd.io/gc.root";
const ALGORITHMS: readonly DigestAlgorithm[] = ["sha256", "sha512"];
const LAYOUT = documentBytes({ imageLayoutVersion: IMAGE_LAYOUT_VERSION });

/** Blobs by digest on one disk. */
export class ContentStore {
  readonly #disk: ContentDisk;
  readonly #root: string;
  readonly #index: LayoutIndex;
  readonly #labels: Map<ContentDigest, ReadonlyMap<string, string>>;
  /** Blobs that have been hashed, or made here. */
  readonly #verified = new Set<ContentDigest>();
  readonly #writing = new Set<string>();

  /**
   * Opens the layout in a directory of the disk, or begins one.
   *
   * @throws StatusError invalid-argument if there is something else.
   */
  constructor(disk: ContentDisk, root = "/") {
    this.#disk = disk;
    this.#root = root === "/" ? "" : root;
    for (const name of [...ALGORITHMS.map((one) => `blobs/${one}`), "ingest"]) {
      disk.mkdirSync(this.#path(name), { recursive: true });
    }
    if (!disk.existsSync(this.#path("oci-layout"))) {
      this.#replace("oci-layout", LAYOUT);
    }
    const bytesOf = (name: string): Uint8Array | undefined =>
      disk.existsSync(this.#path(name)) ? asBytes(disk.readFileSync(this.#path(name))) : undefined;
    this.#index = new LayoutIndex(bytesOf("index.json"), (bytes) => this.#replace("index.json", bytes));
    this.#labels = readLabels(bytesOf("labels.json"));
  }

  /** What a name of `index.json` stands for. */
  get references(): LayoutIndex {
    return this.#index;
  }

  info(digest: ContentDigest): ContentInfo | undefined {
    const path = this.#blobPath(digest);
    if (!this.#disk.existsSync(path)) return undefined;
    return { digest, size: this.#disk.statSync(path)?.size ?? 0, labels: this.#labels.get(digest) ?? new Map() };
  }

  has(digest: ContentDigest): boolean {
    return this.#disk.existsSync(this.#blobPath(digest));
  }

  /** All bytes of a blob in one array, as one wants a document; not to be changed. @throws as `chunks` */
  read(digest: ContentDigest): Uint8Array {
    return this.chunks(digest).whole();
  }

  /**
   * All bytes of a blob; not to be changed.
   *
   * @throws StatusError not-found; internal if the disk holds other bytes than were stored
   */
  chunks(digest: ContentDigest): Chunks {
    const path = this.#blobPath(digest);
    if (!this.#disk.existsSync(path)) throw new StatusError("not-found", `content ${digest} not found`);
    const bytes = chunksAt(this.#disk, path);
    if (this.#verified.has(digest)) return bytes;
    const found = digestLike(digest, bytes);
    if (found !== digest) {
      throw new StatusError("internal", `content ${digest} is damaged: its ${bytes.length} bytes have digest ${found}`);
    }
    this.#verified.add(digest);
    return bytes;
  }

  /** Stores bytes that are all there. @throws StatusError failed-precondition for a wrong digest */
  put(bytes: Bytes, expected?: ContentDigest): ContentDigest {
    const algorithm = expected === undefined ? "sha256" : digestParts(expected).algorithm;
    if (expected !== undefined && this.has(expected) && this.#verified.has(expected)) return expected;
    const ingest = this.ingest(this.#freeName(), { algorithm });
    for (const chunk of Chunks.of(bytes)) ingest.append(chunk);
    return ingest.commit(expected === undefined ? {} : { digest: expected });
  }

  /** Begins to write a blob, or goes on. @throws StatusError unavailable while somebody else writes under this name */
  ingest(ref: string, { algorithm = "sha256" }: IngestOptions = {}): Ingest {
    if (this.#writing.has(ref)) throw new StatusError("unavailable", `ref ${ref} locked`);
    const directory = this.#ingestPath(ref);
    this.#disk.mkdirSync(directory, { recursive: true });
    writeFile(this.#disk, `${directory}/ref`, documentBytes({ ref }));
    this.#writing.add(ref);
    const path = `${directory}/data`;
    return new Ingest(
      {
        disk: this.#disk,
        path,
        publish: (digest) => this.#publish(ref, path, digest),
        discard: () => this.#discard(ref),
        release: () => this.#writing.delete(ref),
      },
      ref,
      algorithm,
    );
  }

  /** What has been begun and not ended. */
  *ingests(): Iterable<IngestStatus> {
    for (const name of this.#names("ingest")) {
      const directory = this.#path(`ingest/${name}`);
      const ref = readRef(this.#disk, `${directory}/ref`);
      const data = `${directory}/data`;
      if (ref === undefined || !this.#disk.existsSync(data)) continue;
      yield { ref, offset: this.#disk.statSync(data)?.size ?? 0 };
    }
  }

  /** Forgets what was begun under a name. @throws StatusError unavailable while somebody writes */
  abort(ref: string): void {
    if (this.#writing.has(ref)) throw new StatusError("unavailable", `ref ${ref} locked`);
    this.#discard(ref);
  }

  /** Forgets everything that was begun and not ended, also what a crash has left of it. */
  discardIngests(): void {
    for (const name of this.#names("ingest")) {
      const directory = this.#path(`ingest/${name}`);
      for (const file of this.#disk.readdirSync(directory)) this.#disk.unlinkSync(`${directory}/${String(file)}`);
      this.#disk.rmdirSync(directory);
    }
    for (const name of this.#names("")) if (name.endsWith(NEW)) this.#disk.unlinkSync(this.#path(name));
  }

  /** @throws StatusError not-found */
  delete(digest: ContentDigest): void {
    const path = this.#blobPath(digest);
    if (!this.#disk.existsSync(path)) throw new StatusError("not-found", `content ${digest} not found`);
    this.#disk.unlinkSync(path);
    this.#verified.delete(digest);
    if (this.#labels.delete(digest)) this.#saveLabels();
  }

  /** Every blob, in the order of their digests. */
  *walk(): Iterable<ContentInfo> {
    for (const algorithm of ALGORITHMS) {
      for (const hex of this.#names(`blobs/${algorithm}`)) {
        const digest = `${algorithm}:${hex}`;
        const info = isContentDigest(digest) ? this.info(digest) : undefined;
        if (info !== undefined) yield info;
      }
    }
  }

  /** Sets labels of a blob, "" removes one. @throws StatusError not-found */
  label(digest: ContentDigest, labels: Readonly<Record<string, string>>): void {
    if (!this.has(digest)) throw new StatusError("not-found", `content ${digest} not found`);
    const now = new Map(this.#labels.get(digest));
    for (const [name, value] of Object.entries(labels)) {
      if (value === "") now.delete(name);
      else now.set(name, value);
    }
    if (now.size === 0) this.#labels.delete(digest);
    else this.#labels.set(digest, now);
    this.#saveLabels();
  }

  /**
   * Deletes what neither a name of `index.json` nor a root label nor `roots` leads to.
   *
   * @returns what was deleted
   */
  collect(roots: Iterable<Descriptor> = []): readonly ContentDigest[] {
    const blobs = [...this.walk()];
    const labelled = blobs.filter(({ labels }) => labels.has(GC_ROOT_LABEL)).map(({ digest }) => digest);
    const kept = reachable(this, [...this.#index.descriptors(), ...roots], labelled);
    const unreachable = blobs.map(({ digest }) => digest).filter((digest) => !kept.has(digest));
    for (const digest of unreachable) this.delete(digest);
    return unreachable;
  }

  /** The file becomes a blob; one that is there already is replaced if it was never looked at. */
  #publish(ref: string, path: string, digest: ContentDigest): void {
    if (!this.#verified.has(digest) || !this.has(digest)) this.#disk.renameSync(path, this.#blobPath(digest));
    this.#verified.add(digest);
    this.#discard(ref);
  }

  #discard(ref: string): void {
    const directory = this.#ingestPath(ref);
    if (!this.#disk.existsSync(directory)) return;
    for (const name of ["data", "ref"]) {
      if (this.#disk.existsSync(`${directory}/${name}`)) this.#disk.unlinkSync(`${directory}/${name}`);
    }
    this.#disk.rmdirSync(directory);
  }

  #freeName(): string {
    for (let i = 0; ; i++) {
      const ref = `put-${i}`;
      if (!this.#writing.has(ref) && !this.#disk.existsSync(this.#ingestPath(ref))) return ref;
    }
  }

  #saveLabels(): void {
    const document = new Map([...this.#labels].map(([digest, labels]) => [digest, new Map(labels)]));
    this.#replace("labels.json", documentBytes(document));
  }

  /** A file is there as a whole, the old or the new. */
  #replace(name: string, bytes: Uint8Array): void {
    replaceFile(this.#disk, this.#path(name), bytes);
  }

  #names(directory: string): readonly string[] {
    const names = this.#disk.readdirSync(directory === "" ? this.#root || "/" : this.#path(directory));
    return names.filter((name) => typeof name === "string").sort();
  }

  #path(name: string): string {
    return `${this.#root}/${name}`;
  }

  #blobPath(digest: ContentDigest): string {
    const { algorithm, hex } = digestParts(digest);
    return this.#path(`blobs/${algorithm}/${hex}`);
  }

  #ingestPath(ref: string): string {
    return this.#path(`ingest/${sha256(documentBytes(ref))}`);
  }
}

/** A file of labels that cannot be read is worth as much as none. */
function readLabels(bytes: Uint8Array | undefined): Map<ContentDigest, ReadonlyMap<string, string>> {
  const labels = new Map<ContentDigest, ReadonlyMap<string, string>>();
  for (const [digest, value] of Object.entries(parsed(bytes) ?? {})) {
    if (!isContentDigest(digest) || typeof value !== "object" || value === null) continue;
    const pairs = Object.entries(value).flatMap(([name, text]) =>
      typeof text === "string" ? [[name, text] as const] : [],
    );
    labels.set(digest, new Map(pairs));
  }
  return labels;
}

function readRef(disk: ContentDisk, path: string): string | undefined {
  const document = disk.existsSync(path) ? parsed(asBytes(disk.readFileSync(path))) : undefined;
  return document !== undefined && "ref" in document && typeof document.ref === "string" ? document.ref : undefined;
}

function parsed(bytes: Uint8Array | undefined): object | undefined {
  if (bytes === undefined) return undefined;
  try {
    const json: unknown = JSON.parse(decode(bytes));
    return typeof json === "object" && json !== null ? json : undefined;
  } catch {
    return undefined;
  }
}
