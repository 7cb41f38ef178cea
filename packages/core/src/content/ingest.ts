/**
 * `Ingest`: a blob that is being written, piece by piece, under a name of the writer's choice.
 *
 * What was appended survives the writer: whoever opens the same name again goes on where it ended. Nothing can be read
 * before `commit` has found the digest right.
 *
 * @see containerd core/content/content.go Writer, plugins/content/local/writer.go
 */
import { Chunks, Hasher, StatusError } from "../lib/index.ts";
import type { ContentDigest, DigestAlgorithm } from "../oci/index.ts";
import type { ContentDisk } from "./content-disk.ts";

/** What the content must turn out to be. */
export interface Expected {
  readonly digest?: ContentDigest;
  readonly size?: number;
}

/** What an ingest asks of its store. */
export interface IngestHost {
  readonly disk: ContentDisk;
  /** The file that holds what has come so far. */
  readonly path: string;
  /** Makes a blob of that file. */
  publish(digest: ContentDigest): void;
  /** Removes what is left of the ingest. */
  discard(): void;
  /** The writer is gone; the name is free for another. */
  release(): void;
}

/** A writer of one blob. */
export class Ingest {
  readonly ref: string;
  readonly #host: IngestHost;
  readonly algorithm: DigestAlgorithm;
  readonly #hasher: Hasher;
  #offset: number;
  #fd: number | undefined;

  constructor(host: IngestHost, ref: string, algorithm: DigestAlgorithm = "sha256") {
    this.ref = ref;
    this.#host = host;
    this.algorithm = algorithm;
    this.#hasher = new Hasher(algorithm);
    const { disk, path } = host;
    const before = disk.existsSync(path) ? chunksAt(disk, path) : Chunks.from([]);
    for (const chunk of before) this.#hasher.update(chunk);
    this.#offset = before.length;
    this.#fd = disk.openSync(path, "a");
  }

  /** How many bytes have come: where the next ones go. */
  get offset(): number {
    return this.#offset;
  }

  /** The next bytes; they are not to be changed afterwards. @throws StatusError failed-precondition once it has ended */
  append(bytes: Uint8Array): void {
    const fd = this.#opened();
    for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(this.#host.disk.writeSync(fd, rest));
    this.#hasher.update(bytes);
    this.#offset += bytes.length;
  }

  /**
   * Ends it: the bytes are a blob from now on.
   *
   * @throws StatusError failed-precondition if they are not what was expected; then nothing is left of them.
   */
  commit(expected: Expected = {}): ContentDigest {
    const fd = this.#opened();
    const digest: ContentDigest = `${this.algorithm}:${this.#hasher.hex()}`;
    const problem = mismatch(expected, digest, this.#offset);
    if (problem !== undefined) {
      this.abort();
      throw new StatusError("failed-precondition", problem);
    }
    this.#host.disk.fsyncSync(fd);
    this.close();
    this.#host.publish(digest);
    return digest;
  }

  /** Ends it, and forgets what has come. */
  abort(): void {
    this.close();
    this.#host.discard();
  }

  /** Leaves it for later: another `ingest` of the same name goes on. */
  close(): void {
    if (this.#fd === undefined) return;
    this.#host.disk.closeSync(this.#fd);
    this.#fd = undefined;
    this.#host.release();
  }

  #opened(): number {
    if (this.#fd === undefined) throw new StatusError("failed-precondition", `ingest ${this.ref} has ended`);
    return this.#fd;
  }
}

/** A file in as many chunks as the disk has it in. */
export const chunksAt = (disk: ContentDisk, path: string): Chunks =>
  disk.readChunksSync?.(path) ?? Chunks.of(asBytes(disk.readFileSync(path)));

/** Disks may be typed to give texts; without an encoding they give bytes, which may be of a class of their own. */
export function asBytes(content: Uint8Array | string): Uint8Array {
  if (typeof content !== "string") {
    const isPlain = content.constructor === Uint8Array;
    return isPlain ? content : new Uint8Array(content.buffer, content.byteOffset, content.length);
  }
  throw new StatusError("internal", "the disk gives text instead of bytes");
}

function mismatch(expected: Expected, digest: ContentDigest, size: number): string | undefined {
  if (expected.size !== undefined && expected.size !== size) {
    return `unexpected commit size ${size}, expected ${expected.size}`;
  }
  if (expected.digest !== undefined && expected.digest !== digest) {
    return `unexpected commit digest ${digest}, expected ${expected.digest}`;
  }
  return undefined;
}
